"""The short way of a merge: nearly all fields of nearly all pairs are alike on both sides. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from integration.sync.memory.halves import DEFAULT, plain
from integration.sync.merging.verdict import Look
from integration.sync.record.field_transfer import FieldTransfer, Meaning, Steps
from integration.systems.values import Value


class Column(NamedTuple):
    """A field as the short way asks for it, prepared once a run. ``normal``: makes values of its column comparable;
    ``None``: the field always goes the long way, since it is a meaning, or only its way back says what is equal."""

    field: FieldTransfer
    key: str
    name: str
    normal: Callable[[Value], str] | None


def columns_of(fields: Iterable[FieldTransfer]) -> list[Column]:
    """The fields of one direction, in their order."""
    return [
        Column(
            field,
            field.key,
            field.destination,
            None if isinstance(field, Meaning) or field.steps is Steps.BACK else field.normal_destination,
        )
        for field in fields
    ]


def agree_on_alike(
    look: Look, columns: Sequence[Column], agreed: dict[str, tuple[str, str]], *, towards_crm: bool
) -> list[FieldTransfer]:
    """Renew what is agreed about the fields that both sides hold alike; return the others, which are judged field by
    field (``Merger``).

    It answers where the draft says a value, nothing of it is lacking on the other side, and the twin holds that very
    value: then both are content with what they hold, whatever was agreed before. It does not answer for the default of
    a row that we made, which stays one. For a field it answers, the long way has the same answer.
    """
    draft, held, place = look.draft, look.held, 0 if towards_crm else 1
    values, sources, lacking = draft.values, draft.sources, draft.lacking
    others: list[FieldTransfer] = []
    for field, key, name, normal in columns:
        if normal is None or name not in values or key in lacking:
            others.append(field)
            continue
        want = normal(values[name])
        is_alike = want == (held[key] if key in held else field.has(look.twin))
        if not is_alike or (key in agreed and agreed[key][place][:1] == DEFAULT):
            others.append(field)
            continue
        source, have = sources.get(key, ""), plain(want)
        here = have if source == want else plain(source)
        agreed[key] = (here, have) if towards_crm else (have, here)
    return others
