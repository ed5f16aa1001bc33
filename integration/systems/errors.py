"""Everything that can go wrong while talking to a system, as one tree.

    Problem
    |-- ConnectionProblem          scope "connection": the run cannot go on
    |   |-- Unreachable            no answer: name, route, refused, broken off        (retryable)
    |   |-- TimedOut               no answer in time                                  (retryable)
    |   |-- Throttled              429 or 503, with .retry_after in seconds           (retryable)
    |   |-- TlsFailed              certificate or handshake refused
    |   |-- AddressRefused         an address we will not call
    |   |-- SignInRefused          tenant, client or secret is wrong; .part says which
    |   |-- NotAMember             signed in, but no user of this organization
    |   |-- RoleMissing            a user without any role, or without the one needed
    |   |-- BadAnswer              an answer nobody can read
    |   `-- ConfigurationProblem   every row would fail the same way
    |       |-- TableMissing
    |       |-- FieldMissing
    |       `-- PrivilegeMissing
    |-- CursorExpired              scope "connection": read everything again
    `-- RecordProblem              scope "record": this row fails, the page goes on
        |-- NotFound               no row has this id
        |-- VersionConflict        somebody changed the row after we read it
        |-- DuplicateKey           a row with this id or key is there already
        |-- InvalidValue           .field does not take .value
        |-- ReferenceMissing       .field points to a row that is not there
        |-- Locked                 deadlock or lock time-out                           (retryable)
        `-- Refused                the system's own rules said no

NotAMember, RoleMissing and PrivilegeMissing say by ``user`` whom the system named (``None``: nobody) and by ``why``
what that user lacks. Who that is decides what they mean: of the user we work as, they end the run; of somebody else,
such as the owner of one row, they are a problem of that row.

``message`` is for a person, ``code`` is stable (it is stored, grouped and compared), ``raw`` is what the
other side answered.
"""

from __future__ import annotations

import uuid
from typing import ClassVar, Literal

Scope = Literal["connection", "record"]


class Problem(Exception):
    """Base of the tree. ``str(problem)`` is the message for a person."""

    code: ClassVar[str] = "problem"
    scope: ClassVar[Scope] = "connection"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, raw: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.raw = raw


class ConnectionProblem(Problem):
    code = "connection"


class Unreachable(ConnectionProblem):
    code = "unreachable"
    retryable = True


class TimedOut(ConnectionProblem):
    code = "timed-out"
    retryable = True


class Throttled(ConnectionProblem):
    code = "throttled"
    retryable = True

    def __init__(self, message: str, *, retry_after: float, raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.retry_after = retry_after


class TlsFailed(ConnectionProblem):
    code = "tls-failed"


class AddressRefused(ConnectionProblem):
    code = "address-refused"


class SignInRefused(ConnectionProblem):
    """``part`` is "tenant", "client", "secret", "certificate", "user", "resource" or "" where the authority does not
    say."""

    code = "sign-in-refused"

    def __init__(self, message: str, *, part: str = "", raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.part = part


class NotAMember(ConnectionProblem):
    """``user``: whom the system named; ``why``: what is wrong with that user, in words that follow the name."""

    code = "not-a-member"

    def __init__(self, message: str, *, user: uuid.UUID | None = None, why: str = "", raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.user = user
        self.why = why


class RoleMissing(ConnectionProblem):
    """``user`` and ``why`` as with :class:`NotAMember`."""

    code = "role-missing"

    def __init__(self, message: str, *, user: uuid.UUID | None = None, why: str = "", raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.user = user
        self.why = why


class BadAnswer(ConnectionProblem):
    code = "bad-answer"


class ConfigurationProblem(ConnectionProblem):
    code = "configuration"


class TableMissing(ConfigurationProblem):
    code = "table-missing"


class FieldMissing(ConfigurationProblem):
    code = "field-missing"


class PrivilegeMissing(ConfigurationProblem):
    """``user`` and ``why`` as with :class:`NotAMember`."""

    code = "privilege-missing"

    def __init__(self, message: str, *, user: uuid.UUID | None = None, why: str = "", raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.user = user
        self.why = why


class CursorExpired(Problem):
    code = "cursor-expired"


class RecordProblem(Problem):
    code = "record"
    scope = "record"


class NotFound(RecordProblem):
    code = "not-found"


class VersionConflict(RecordProblem):
    code = "version-conflict"


class DuplicateKey(RecordProblem):
    code = "duplicate-key"


class InvalidValue(RecordProblem):
    """A value the field does not take: too long, out of range, not an option, not convertible."""

    code = "invalid-value"

    def __init__(self, message: str, *, field: str = "", value: object = None, raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.field = field
        self.value = value


class ReferenceMissing(RecordProblem):
    code = "reference-missing"

    def __init__(self, message: str, *, field: str = "", raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.field = field


class OwnerUnfit(RecordProblem):
    """Somebody other than the user we work as is not fit for this row: ``user`` where the system named one, ``field``
    where the row refers to that user."""

    code = "owner-unfit"

    def __init__(self, message: str, *, user: uuid.UUID | None = None, field: str = "", raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.user = user
        self.field = field


class Locked(RecordProblem):
    code = "locked"
    retryable = True


class Refused(RecordProblem):
    """``field`` where it is one value that the system's rules do not take."""

    code = "refused"

    def __init__(self, message: str, *, field: str = "", raw: str = "") -> None:
        super().__init__(message, raw=raw)
        self.field = field
