"""Whom a refusal is about. What is wrong with the user we work as ends the run; what is wrong with somebody else, the
owner of one row most of all, is a problem of that row, and never said of us.

The id in the service's text decides. Where it names nobody, the organization is asked who we are: if it answers, it is
not us whom it takes nothing from.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from integration.dataverse.metadata import Entity
from integration.dataverse.session import Session
from integration.systems.errors import (
    ConfigurationProblem,
    ConnectionProblem,
    NotAMember,
    NotFound,
    OwnerUnfit,
    PrivilegeMissing,
    Problem,
    Refused,
    RoleMissing,
    Unreachable,
)
from integration.systems.values import Record, Ref, Row, Value, Written
from integration.systems.wording import record_name

AboutUser = NotAMember | RoleMissing | PrivilegeMissing
ABOUT_USER = (NotAMember, RoleMissing, PrivilegeMissing)
SETS = {"systemuser": ("systemusers", "fullname"), "team": ("teams", "name")}
WAYS_OUT = {
    "is disabled": "Enable this user there",
    "has no licence": "Assign a licence to this user there",
    "has no security role": "Assign a security role to this user there",
}
GIVE_ROLE = "Give this user a security role that allows it"


class ErrorAttribution:
    """Judges the answers to the rows of one page; names of users are looked up once."""

    def __init__(self, session: Session, entity: Entity) -> None:
        self._session, self._entity = session, entity
        self._names: dict[uuid.UUID, str] = {}
        self._asked_anew = False

    def page(self, rows: Sequence[Row], answers: Sequence[Written], written: int = 0) -> list[Written]:
        """The answers with problems of rows only. Raises what is wrong with us, with the line, and what went wrong for
        all rows; ``written`` other rows of the page went well."""
        if not any(isinstance(answer.error, ConnectionProblem) for answer in answers):
            return list(answers)
        alone = len(answers) + written == 1
        attributed = [self._row(row, answer, alone) for row, answer in zip(rows, answers, strict=True)]
        grave = [one.error for one in attributed if isinstance(one.error, ConnectionProblem)]
        none_went_well = not written and not any(one.ok for one in attributed)
        if none_went_well and _concerns_all(grave, len(attributed)):
            raise grave[0]
        return [_of_the_row(one) for one in attributed]

    def _row(self, row: Row, answer: Written, alone: bool) -> Written:
        problem = answer.error
        if isinstance(problem, AboutUser):
            return Written(answer.id, error=self.one(problem, row, alone))
        if isinstance(problem, ConnectionProblem) and not isinstance(problem, Unreachable | ConfigurationProblem):
            raise problem
        return answer

    def one(self, problem: AboutUser, row: Row | None = None, alone: bool = True) -> Problem:
        """The same problem where it is, or may be, ours; else ``OwnerUnfit``. Raises it where it ends the run."""
        if problem.user is not None and problem.user not in self._session.ours():
            return self._of_somebody(problem, problem.user, row)
        if problem.user is not None and problem.user in self._session.acting_for():
            problem = self._of_whom_we_act_for(problem, problem.user)
        if isinstance(problem, PrivilegeMissing):
            return problem
        if problem.user is not None:
            raise problem
        if not self._asked_anew:
            self._session.ours(anew=True)
            self._asked_anew = True
        owner = next((ref.id for ref in _people(row)), None)
        return self._of_somebody(problem, owner, row) if alone and owner is not None else problem

    def _of_somebody(self, problem: AboutUser, user: uuid.UUID | None, row: Row | None) -> OwnerUnfit:
        ref = next((ref for ref in _people(row) if ref.id == user), None)
        field = next((name for name, value in (row.values if row else {}).items() if value == ref), "") if ref else ""
        kind = ref.table if ref else "systemuser"
        name = self._name(kind, user)
        words = f"{name[:1].upper()}{name[1:]} {problem.why} in Dynamics 365 Sales"
        way_out = WAYS_OUT.get(problem.why, GIVE_ROLE)
        if ref is not None:
            seller = f"salesperson {ref.label}" if ref.label else ""
            words += f" and cannot own {self._called(row)}{f' of {seller}' if seller else ''}"
            way_out += f", or couple {seller or 'its salesperson'} with another user"
        return OwnerUnfit(f"{words}. {way_out}.", user=user, field=field, raw=problem.raw)

    def _of_whom_we_act_for(self, problem: AboutUser, user: uuid.UUID) -> AboutUser:
        words = f"{self._name('systemuser', user)}, for whom this is done, {problem.why} in Dynamics 365 Sales"
        way_out = WAYS_OUT.get(problem.why, GIVE_ROLE)
        message = f"{words[:1].upper()}{words[1:]}. {way_out}, or choose another user for it."
        return type(problem)(message, user=user, why=problem.why, raw=problem.raw)

    def _name(self, kind: str, user: uuid.UUID | None) -> str:
        if user is None:
            return "a user"
        if user not in self._names:
            self._names[user] = self._asked_name(kind, user)
        return f"the {_KINDS[kind]} {self._names[user]}"

    def _asked_name(self, kind: str, user: uuid.UUID) -> str:
        """As people know the user; the id where the organization does not say."""
        set_name, column = SETS[kind]
        try:
            answer = self._session.as_ourselves().request("GET", f"{set_name}({user})?$select={column}").json()
        except (NotFound, PrivilegeMissing):
            return str(user)
        return str(answer.get(column) or user) if isinstance(answer, dict) else str(user)

    def _called(self, row: Row | None) -> str:
        """The row by its number and name, as far as they are being written."""
        table = self._entity.table
        found = record_name(table, Record(table.name, row.id, row.values, "")) if row else ""
        return f"“{found}”" if row and found != str(row.id) else f"this {table.label.lower()}"


_KINDS = {"systemuser": "user", "team": "team"}


def _people(row: Row | None) -> list[Ref]:
    values: Sequence[Value] = list(row.values.values()) if row else []
    return [value for value in values if isinstance(value, Ref) and value.table in SETS]


def _concerns_all(grave: Sequence[Problem], rows: int) -> bool:
    """A page none of whose rows went well: is that more than one row's problem? What the service stumbles at is, where
    it stumbles at several."""
    if len(grave) == 1 and isinstance(grave[0], Unreachable):
        return False
    return len(grave) == rows or len(grave) > 1


def _of_the_row(written: Written) -> Written:
    """What did not happen to every row of the page does not end the run."""
    if not isinstance(written.error, ConnectionProblem):
        return written
    refused = Refused(written.error.message, raw=written.error.raw)
    refused.__cause__ = written.error
    return Written(written.id, error=refused)
