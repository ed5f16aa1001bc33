"""Field classes of the tables, as Business Central has them: blank text is ``""``, a blank number is 0, a code is
upper-case and trimmed."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce

DIGITS = 15
"""All digits of a decimal. SQLite keeps decimals as floating point numbers, which are exact up to here."""


class Text(models.CharField):
    """Text[n]. ``column__folded`` compares without regard to case."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("blank", True)
        more.setdefault("default", "")
        super().__init__(*args, **more)


class Code(Text):
    """Code[n]: upper-case and trimmed, whoever writes it and whoever asks for it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.strip().upper() if isinstance(text, str) else text

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared.strip().upper() if isinstance(prepared, str) else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class Folded(models.Transform):
    """Text folded for comparing: without regard to case, in any script."""

    lookup_name = "folded"
    function = "LOWER"
    output_field = models.CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # SQLite's own LOWER and LIKE know ASCII only; apps.py gives every connection Python's casefold.
        return super().as_sql(compiler, connection, function="CASEFOLD", **more)


models.CharField.register_lookup(Folded)
models.TextField.register_lookup(Folded)


class Memo(models.TextField):
    """Text of several lines, as long as it likes."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("blank", True)
        more.setdefault("default", "")
        super().__init__(*args, **more)


class Amount(models.DecimalField):
    """Decimal. ``decimal_places`` 2 for amounts, 5 for unit prices and quantities; ``least`` is its minimum."""

    def __init__(self, *args: Any, least: int | None = None, **more: Any) -> None:
        self.least = least
        more.setdefault("max_digits", DIGITS)
        more.setdefault("decimal_places", 2)
        more.setdefault("default", 0)
        if least is not None:
            more["validators"] = [MinValueValidator(least)]
        super().__init__(*args, **more)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, path, args, kwargs if self.least is None else {**kwargs, "least": self.least}


MONEY_PLACES = 3
"""Decimals of amounts on documents and in ledgers: some currencies have three. They are written rounded to theirs."""


class RowMoney(Amount):
    """An amount in the currency of its document."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("decimal_places", MONEY_PLACES)
        super().__init__(*args, **more)


def local_money(caption: str, **more: Any) -> Amount:
    """An amount in the local currency, on a document or in a ledger."""
    return Amount(caption, decimal_places=MONEY_PLACES, **more)


def five_places(caption: str, **more: Any) -> Amount:
    """A quantity, a price or per cent: five decimals."""
    return Amount(caption, decimal_places=5, **more)


def day(caption: str) -> Any:
    """A date that may be blank."""
    return models.DateField(caption, null=True, blank=True)


def relation(to: str, caption: str, **more: Any) -> Any:
    """A table relation. It holds the other row's system id, blank is NULL, and the other row cannot be deleted."""
    more = {"on_delete": models.PROTECT, "null": True, "blank": True, "related_name": "+", **more}
    return models.ForeignKey(to, verbose_name=caption, **more)


NOTHING = Value(uuid.UUID(int=0), output_field=models.UUIDField())


def blanks(*relations: str) -> tuple[Coalesce, ...]:
    """Relations as parts of a key, where a blank one counts like a value."""
    return tuple(Coalesce(name, NOTHING) for name in relations)


def today() -> dt.date:
    """Business Central's work date."""
    return dt.datetime.now(dt.UTC).date()
