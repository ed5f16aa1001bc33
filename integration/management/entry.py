"""The way into every command, Django's own too: what is wrong with the place it runs in is one sentence and an exit
code. A stack trace is left to what nobody foresaw: that is a fault of the program."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from integration.management.recorded import CommandLine
from integration.systems.wording import sentence

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130
FOR_PEOPLE = ("help", "-h", "--help", "version", "--version")
EXPECTED = (ImproperlyConfigured, DatabaseError, sqlite3.Error, OSError)
NOT_MIGRATED = (
    "The database is not made for this version yet. Run the command “migrate” first: "
    "make manage ARGS=migrate, or python manage.py migrate."
)
MISSING = ("no such table", "no such column", "has no column", "does not exist", "undefined table", "undefined column")


def main(arguments: Sequence[str]) -> None:
    """Run the command, as ``manage.py`` does. Ends the process where it cannot."""
    wants_help = len(arguments) < 2 or bool({*arguments[1:]} & {*FOR_PEOPLE})
    try:
        if not wants_help:
            settings.INSTALLED_APPS  # noqa: B018 - reads the environment: what is wrong there is said before all else
        CommandLine(list(arguments)).execute()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Who reads has closed: “| head”. Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except EXPECTED as error:
        if "--traceback" in arguments:
            raise
        sys.stderr.write(sentence_of(error) + "\n")
        sys.exit(WRONG_USE if isinstance(error, ImproperlyConfigured) else FAILED)


def sentence_of(error: Exception) -> str:
    """What is wrong, in one line for people; no path of the program, no statement of SQL."""
    first = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if isinstance(error, DatabaseError | sqlite3.Error):
        return _of_database(first)
    if isinstance(error, OSError):
        return _of_file(error)
    return " ".join(str(error).split())


def _of_database(first: str) -> str:
    small = first.lower()
    if "readonly database" in small or "read-only" in small:
        return f"The database cannot be written: {first}. Give this user the right to write to it and its folder."
    if "unable to open" in small:
        return "The database cannot be opened. Look at DATABASE_URL and DATA_DIR, and who may write there."
    if "locked" in small:
        return "The database is locked by another process. Try again."
    # PostgreSQL speaks of a missing database or role as it does of a missing table.
    if any(sign in small for sign in MISSING) and not ("database" in small or "role" in small):
        return NOT_MIGRATED
    return sentence(f"The database refuses or does not answer: {first}")


def _of_file(error: OSError) -> str:
    named = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"This user may not read or write what the command needs{named}: {error.strerror}."
    return f"The command cannot go on{named}: {error.strerror or error}."
