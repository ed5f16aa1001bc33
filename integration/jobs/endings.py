"""How a run ends, whatever runs: one ladder of exceptions for jobs, tasks and the run of an administrator.

The row says how the run ended, unless another worker holds it by now. All that follows from the end is written in the
same transaction, so that no crash can leave a row ended and the rest waiting for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, transaction

from integration.models.jobs.claimable import Claimable, ClaimableManager
from integration.sync.memory.ledger import Fenced
from integration.sync.run import Canceled
from integration.systems.errors import Problem

UNEXPECTED = "It stopped because of an unexpected error. What is written is remembered; the log says more."
DATABASE = "It stopped because our own database did not take a change ({}). Running again completes it."
HOPELESS = "The worker died {} times while this ran. Its log says why; too little memory is a usual reason."
CANCELED, INTERRUPTED = "Canceled.", "Interrupted."
UNEXPECTED_CODE, DATABASE_CODE = "unexpected", "database"

log = logging.getLogger(__name__)
Row = TypeVar("Row", bound=Claimable)


class Paused(Exception):
    """The run stops between two pages; the job goes on later from there. ``gave_way``: to one somebody waits for."""

    def __init__(self, *, gave_way: bool = False) -> None:
        super().__init__("Paused.")
        self.gave_way = gave_way


class Endings(Generic[Row]):
    """What is written when a run of this kind ends. ``result`` is what its work has answered."""

    def __init__(self, row: Row) -> None:
        self.row = row

    def finish(self, result: Any) -> None:
        self.write(self.row.finish)

    def stop(self, message: str) -> None:
        """Somebody wanted the run to end."""
        self.write(lambda: self.row.stop(message))

    def pause(self, pause: Paused) -> None:
        """It is to go on later. What cannot, ends."""
        self.stop(str(pause))

    def break_off(self, error: Problem | DatabaseError) -> None:
        """A problem that the run could not do anything about."""
        if isinstance(error, Problem):
            log.warning("%s ended: %s", self.row, error)
            self.fail(error.message, error.code)
        else:
            log.exception("%s ended: our database refused", self.row)
            self.fail(DATABASE.format(error), DATABASE_CODE)

    def fail(self, message: str, code: str) -> None:
        self.write(lambda: self.row.fail(message, code))

    def write(self, end: Callable[[], bool]) -> None:
        """Store how the run ended, and what follows from it, at once."""
        with transaction.atomic():
            if end():
                self.follow()
            else:
                log.warning("%s was taken over by another worker before it ended.", self.row)

    def follow(self) -> None:
        """What follows from an end that is written, in its transaction."""


def watched(work: Callable[[], Any], endings: Endings[Any]) -> None:
    """Do the work; whatever happens, the row says how it ended, unless another worker holds it by now."""
    try:
        result = work()
    except Fenced:
        log.warning("%s was taken over by another worker; this one stops.", endings.row)
    except Paused as pause:
        endings.pause(pause)
    except Canceled as canceled:
        endings.stop(str(canceled) or CANCELED)
    except KeyboardInterrupt:
        endings.stop(INTERRUPTED)
        raise
    except (Problem, DatabaseError) as error:
        endings.break_off(error)
    except Exception:
        log.exception("%s ended unexpectedly", endings.row)
        endings.fail(UNEXPECTED, UNEXPECTED_CODE)
    else:
        endings.finish(result)


def give_up_hopeless(rows: ClaimableManager, follow: Callable[[Any], None]) -> None:
    """Fail the runs whose workers keep dying: whatever kills them (memory, most likely) would go on doing so. Then
    ``follow`` does what follows from the end of a row, in the same transaction."""
    for row in rows.hopeless():
        with transaction.atomic():
            if rows.give_up(row.pk, HOPELESS.format(row.resumed + 1)):
                row.refresh_from_db()
                follow(row)


def unheard(rows: ClaimableManager) -> Sequence[Any]:
    """What is to be sent again: rows that nobody took, and those that died with their worker."""
    waiting = [*rows.unclaimed(), *rows.lost()]
    if waiting:
        log.info("Sending again: %s", ", ".join(map(str, waiting)))
    return waiting
