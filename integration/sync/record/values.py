"""One value on its way: converted into the destination's type, and normalized for comparing. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

from integration.sync.transformations import Chain
from integration.systems.errors import InvalidValue
from integration.systems.text import fold, length, storable
from integration.systems.values import Field, FieldType, Ref, Value
from integration.systems.wording import field_name

WIDE = Context(prec=400)
LONGEST_KEPT = 200
"""Normalized text beyond this is remembered as a digest: enough to see that it changed."""

OPTION_NUMBER = re.compile("-?[0-9]{1,10}")


class NoPartnerOption(InvalidValue):
    """An option that the other side has no equal for. That is no fault of the record: its twin keeps what it has."""

    code = "no-partner-option"


Convert = Callable[[Value], Value]
Normalize = Callable[[Value], str]


def normalizer(field: Field) -> Normalize:
    """The function that turns a value of this field into text so that equal text means equal value; blank is ``""``."""
    match field.type:
        case FieldType.TEXT | FieldType.MEMO | FieldType.TABLE:
            return _normal_text
        case FieldType.CODE:
            return _normal_code
        case FieldType.DECIMAL:
            return _decimal_normalizer(2 if field.scale is None else field.scale)
        case FieldType.DATETIME:
            return _normal_moment
        case FieldType.REFERENCE:
            return _normal_reference
        case _:
            return _normal_plain


def _normal_text(value: Value) -> str:
    if type(value) is str and len(value) <= LONGEST_KEPT and value.isprintable():
        return value
    text = "" if value is None else storable(str(value))
    return text if len(text) <= LONGEST_KEPT else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _normal_code(value: Value) -> str:
    return storable(str(value)).strip().upper() if value is not None else ""


def _decimal_normalizer(scale: int) -> Normalize:
    step = Decimal(1).scaleb(-scale)

    def normal(value: Value) -> str:
        if value is None:
            return ""
        number = Decimal(str(value)).quantize(step, ROUND_HALF_UP, WIDE)
        return str(abs(number) if number == 0 else number)

    return normal


def _normal_moment(value: Value) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="seconds") if isinstance(value, dt.datetime) else ""


def _normal_reference(value: Value) -> str:
    return _id_text(value.id) if isinstance(value, Ref) else ""


@lru_cache(maxsize=4096)
def _id_text(id: uuid.UUID) -> str:
    """Kept, since records refer to the same few salespeople, currencies and units, over and over."""
    return str(id)


def _normal_plain(value: Value) -> str:
    return "" if value is None else str(value)


def converter(source: Field, destination: Field) -> Convert:
    """The function that turns a source value into one the destination takes. It raises :class:`InvalidValue`, which
    names field, value and limit, where that would lose something. References need a ledger and are not handled here;
    a reference going to a text field becomes its label."""
    match destination.type:
        case FieldType.TEXT | FieldType.MEMO | FieldType.CODE:
            return _to_text(source, destination)
        case FieldType.DECIMAL | FieldType.INTEGER:
            return _to_number(destination)
        case FieldType.DATE:
            return _to_date(destination)
        case FieldType.DATETIME:
            return _to_moment(destination)
        case FieldType.OPTION:
            return _to_option(source, destination)
        case FieldType.BOOLEAN:
            return _to_boolean(destination)
        case _:
            return lambda value: value


def text_of(source: Field) -> Callable[[Value], str]:
    """The function that tells a value of this field as text: an option and a reference by their labels."""
    labels = {option.value: option.label for option in source.options}

    def to_text(value: Value) -> str:
        if value is None:
            return ""
        if isinstance(value, Ref):
            return value.label
        if labels and isinstance(value, int) and value not in labels:
            raise NoPartnerOption(f"{field_name(source)} has no option {value}.", field=source.name, value=value)
        return labels.get(value, str(value)) if labels else str(value)  # type: ignore[arg-type]

    return to_text


def _to_text(source: Field, destination: Field) -> Convert:
    limit, upper, to_text = destination.max_length, destination.type is FieldType.CODE, text_of(source)

    def convert(value: Value) -> Value:
        text = storable(value if type(value) is str else to_text(value))
        if upper:
            text = text.strip().upper()
        if limit is not None and length(text) > limit:
            message = (
                f"{field_name(destination)} takes at most {limit} characters; “{_short(text)}” has {length(text)}."
            )
            raise InvalidValue(message, field=destination.name, value=text)
        return text

    return convert


def transformer(source: Field, destination: Field, chain: Chain) -> Convert:
    """Through the transformation rules into the destination's type. Raises ``InvalidValue``, and what the chain
    raises."""
    to_text = text_of(source)
    blank = "" if destination.type.textual else None

    def convert(value: Value) -> Value:
        text = chain(to_text(value))
        return constant(text, destination) if text.strip() or destination.type.textual else blank

    return convert


def _to_number(destination: Field) -> Convert:
    step = Decimal(1).scaleb(-(destination.scale or 0))
    whole = destination.type is FieldType.INTEGER

    def convert(value: Value) -> Value:
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value)).quantize(step, ROUND_HALF_UP)
        except InvalidOperation as error:
            raise _not_a(destination, value, "number") from error
        if not number.is_finite():
            raise _not_a(destination, value, "number")
        low, high = destination.minimum, destination.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            raise InvalidValue(
                f"{field_name(destination)} takes values from {low} to {high}, not {number}.",
                field=destination.name,
                value=value,
            )
        return int(number) if whole else number

    return convert


def _to_date(destination: Field) -> Convert:
    def convert(value: Value) -> Value:
        if isinstance(value, dt.datetime):
            return value.date()
        if value is None or value == "" or isinstance(value, dt.date):
            return value or None
        raise _not_a(destination, value, "date")

    return convert


def _to_moment(destination: Field) -> Convert:
    def convert(value: Value) -> Value:
        if value is None or value == "" or isinstance(value, dt.datetime):
            return value or None
        if isinstance(value, dt.date):
            return dt.datetime.combine(value, dt.time(), dt.UTC)
        raise _not_a(destination, value, "date")

    return convert


def _to_option(source: Field, destination: Field) -> Convert:
    """By label; a plain number of a column that has no options of its own is taken as the number it is."""
    exact = {option.label.strip(): option.value for option in destination.options}
    by_label = {fold(label): exact[label] for label in reversed(exact)}
    numbers = set() if source.options else {option.value for option in destination.options}
    to_text = text_of(source)

    def convert(value: Value) -> Value:
        if value is None or value == "":
            return None
        label = to_text(value).strip()
        if (found := exact.get(label, by_label.get(fold(label)))) is not None:
            return found
        if isinstance(value, int) and value in numbers:
            return value
        raise NoPartnerOption(
            f"{field_name(destination)} has no option “{_short(label)}”.", field=destination.name, value=value
        )

    return convert


def _to_boolean(destination: Field) -> Convert:
    def convert(value: Value) -> Value:
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in ("1", "true", "yes"):
            return True
        if word in ("0", "false", "no", ""):
            return False
        raise _not_a(destination, value, "yes or no")

    return convert


def constant(text: str, destination: Field) -> Value:
    """The constant of a field mapping in the destination's type; options by label first, then by number.
    Raises :class:`InvalidValue`."""
    if destination.type is FieldType.OPTION and OPTION_NUMBER.fullmatch(text.strip()):
        wanted = int(text)
        if any(option.value == wanted for option in destination.options):
            return wanted
    if destination.type is FieldType.REFERENCE:
        return _reference(text, destination)
    if destination.type in READ:
        kind, read = READ[destination.type]
        try:
            return read(text)
        except ValueError as error:
            raise _not_a(destination, text, kind) from error
    plain = Field("constant", FieldType.TEXT, "constant")
    return converter(plain, destination)(text)


def _reference(text: str, destination: Field) -> Value:
    """An id, or table/id where the column refers to several tables; else the text as it is: Business Central also
    takes the code of the row."""
    table, _, id = text.strip().rpartition("/")
    try:
        return Ref(table or next(iter(destination.targets), ""), uuid.UUID(id))
    except ValueError:
        return text.strip()


def _date(text: str) -> dt.date:
    return dt.datetime.fromisoformat(text).date()


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC)


READ: dict[FieldType, tuple[str, Callable[[str], Value]]] = {
    FieldType.DATE: ("date", _date),
    FieldType.DATETIME: ("date", _moment),
    FieldType.UUID: ("id", uuid.UUID),
}
"""What a constant is called and read with where plain text is not converted into it."""


def _not_a(destination: Field, value: Value, kind: str) -> InvalidValue:
    return InvalidValue(
        f"{field_name(destination)} needs a {kind}, “{_short(str(value))}” is none.",
        field=destination.name,
        value=value,
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
