"""The values that travel between the two systems, and what describes and holds them.

Values, on both sides and in both directions:

=========  ==============================================================================================
TEXT       ``str``, blank is ``""`` and never ``None``
CODE       like TEXT, but upper-case and trimmed
MEMO       like TEXT, several lines
INTEGER    ``int`` or ``None``
DECIMAL    ``decimal.Decimal`` or ``None``; ``Field.scale`` decimals (money too)
BOOLEAN    ``bool`` or ``None``
DATE       ``datetime.date`` or ``None``
DATETIME   ``datetime.datetime`` in UTC or ``None``
OPTION     ``int`` or ``None``; ``Field.options`` gives the labels
UUID       ``uuid.UUID`` or ``None``
REFERENCE  :class:`Ref` or ``None``
TABLE      ``str``: which table the reference beside it points to (``parentcustomeridtype``), read only
=========  ==============================================================================================
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from integration.systems.errors import Problem

OPTION_NAMESPACE = uuid.UUID("6d1c7a5e-6f0b-5d1c-9a53-0b1f5f6f2a10")


class Side(StrEnum):
    """The two ends of a connection."""

    ERP = "erp"
    CRM = "crm"

    @property
    def other(self) -> Side:
        return Side.CRM if self is Side.ERP else Side.ERP


class FieldType(StrEnum):
    TEXT = "text"
    CODE = "code"
    MEMO = "memo"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    OPTION = "option"
    UUID = "uuid"
    REFERENCE = "reference"
    TABLE = "table"

    @property
    def textual(self) -> bool:
        return self in (FieldType.TEXT, FieldType.CODE, FieldType.MEMO)


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a reference field points. ``label`` is for people (a code, a name) and takes no part in comparing."""

    table: str
    id: uuid.UUID
    label: str = field(default="", compare=False)


Value = str | int | bool | Decimal | dt.date | dt.datetime | uuid.UUID | Ref | None


@dataclass(frozen=True, slots=True)
class Option:
    value: int
    label: str


class Money(StrEnum):
    """In which currency the amounts of a column are: none, the local one of the company, or that of their row."""

    NONE = ""
    LOCAL = "local"
    ROW = "row"


YES_OR_NO = ("No", "Yes")


@dataclass(frozen=True, slots=True)
class Field:
    """One column as the system describes it today.

    ``targets`` are the tables a REFERENCE may point to. ``insertable``/``updatable`` say when it can be written.
    ``sortable``: is a list in its order there as fast with a million rows as with a hundred? ``words``: what people
    read for no and for yes, of a BOOLEAN.
    """

    name: str
    type: FieldType
    label: str = ""
    max_length: int | None = None
    scale: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    options: tuple[Option, ...] = ()
    targets: tuple[str, ...] = ()
    required: bool = False
    insertable: bool = True
    updatable: bool = True
    money: Money = Money.NONE
    sortable: bool = True
    words: tuple[str, str] = YES_OR_NO


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the column that names a row for people, whether changes can be tracked, and the verbs
    that ``act`` knows here. ``id_field`` holds the id of a row, ``modified_field`` when it was last written; both blank
    where the system keeps that apart from its columns.

    ``keeps_ids``: rows are inserted under the ids we give. Where they are not, ``Written.id`` of an insert is the row's
    own, and an insert whose answer was lost is found again by what it carries: by a mark in ``mark_field`` (text or
    code of at least 30 characters that is found by equality), or, where that is blank, by ``number_field``, which then
    is a key that every insert carries. ``lacking`` are columns that the company has but that do not come this way ->
    what to do about it."""

    name: str
    label: str
    fields: Mapping[str, Field]
    name_field: str = ""
    number_field: str = ""
    keeps_ids: bool = True
    mark_field: str = ""
    lacking: Mapping[str, str] = field(default_factory=dict)
    tracks_changes: bool = True
    id_field: str = ""
    modified_field: str = ""
    state_field: str = ""
    actions: tuple[str, ...] = ()

    @property
    def is_option(self) -> bool:
        """Is this an option column (``account.paymenttermscode``) seen as a table of its values?"""
        return is_option_table(self.name)


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it was read. ``version`` is opaque: equal means unchanged, it says nothing about order or time.
    ``modified_by`` is who wrote it last, also where that was on behalf of somebody else."""

    table: str
    id: uuid.UUID
    values: Mapping[str, Value]
    version: str
    modified_at: dt.datetime | None = None
    modified_by: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, oldest change first. ``cursor`` resumes right behind this page, ``None`` where nothing follows
    (``find``); ``changes`` always gives one. ``deleted`` are ids gone since the cursor before."""

    records: Sequence[Record]
    deleted: Sequence[uuid.UUID] = ()
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be written: for ``insert`` with the id the row is going to have, for ``update`` only the
    columns that differ. ``version``: write only if the row still has it (``None``: whatever it is).
    ``validate`` names the columns whose own logic in the system is to run (dependent fields, checks).
    ``from_states``: for ``update`` of a table with a ``state_field``, in which of its states the row may be when it is
    written, else it is ``Refused``. A document that is closed to changes is then opened, changed and closed again in
    one: in the state that ``values`` name, else in the one it was in. None named: nothing is opened, and the system
    says itself what it does not take."""

    id: uuid.UUID
    values: Mapping[str, Value] = field(default_factory=dict)
    version: str | None = None
    validate: frozenset[str] = frozenset()
    from_states: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """One document to be inserted as a whole: its header, and by table the rows that belong to it (lines, notes).
    Rows name their ids and, in the column that refers to the header, its id."""

    header: Row
    children: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def rows(self) -> int:
        """How many rows it has in all."""
        return 1 + sum(len(rows) for rows in self.children.values())


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one :class:`Row`: the new version and the values written, as the row holds them now, where the
    system says so; or the error. ``id``: the row's own, also where the system chose it."""

    id: uuid.UUID
    version: str | None = None
    error: Problem | None = None
    values: Mapping[str, Value] | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers. Couplings and cursors belong to ``organization_id``; ``user_id`` is the one we write as."""

    organization_id: uuid.UUID
    name: str
    user_id: uuid.UUID | None = None
    version: str = ""


def is_option_table(name: str) -> bool:
    """Does this name an option column (``account.paymenttermscode``)? Names of tables have no dots."""
    return bool(split_option_table(name)[1])


def split_option_table(name: str) -> tuple[str, str]:
    """(table, option column); the column is blank where a table is named."""
    table, _, column = name.partition(".")
    return table, column


def option_id(table: str, value: int) -> uuid.UUID:
    """The id of one value of an option column seen as a row of the table ``entity.column``
    (``account.paymenttermscode``), so that couplings can hold it."""
    return uuid.uuid5(OPTION_NAMESPACE, f"{table}={value}")
