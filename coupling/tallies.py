"""How many couplings each mapping has: kept by triggers of the database (``triggers.py``), so that no page counts."""

from __future__ import annotations

from django.db import connection, transaction

from coupling.models import Coupling, Tally

KINDS = {
    "coupled": "{row}.state <> 'reserved'",
    "resting": "{row}.to_crm_result = 'skipped' OR {row}.to_erp_result = 'skipped'",
    "failed": "{row}.to_crm_result = 'failure' OR {row}.to_erp_result = 'failure'",
    "waiting": "{row}.to_crm_result = 'waiting' OR {row}.to_erp_result = 'waiting'",
}
"""The columns of a tally, and which couplings they count."""
COUPLINGS, TALLIES = Coupling._meta.db_table, Tally._meta.db_table


def statements() -> dict[str, str]:
    """What the database does with the tally at each event of a coupling."""
    return {"insert": _added(), "update": _changed(), "delete": _removed()}


def matters() -> str:
    """Which changes of a coupling change a number; most do not."""
    return " OR ".join(f"{_number(kind, 'NEW')} <> {_number(kind, 'OLD')}" for kind in KINDS)


def repair() -> int:
    """Count, and put right what is not. Answers how many mappings were counted wrong."""
    counted = ", ".join(f"SUM({_number(kind, 'c')})" for kind in KINDS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT mapping_id, {counted} FROM {COUPLINGS} c GROUP BY mapping_id")  # noqa: S608 - our own names
        there = {row[0]: tuple(map(int, row[1:])) for row in cursor.fetchall()}
        kept = {row[0]: row[1:] for row in Tally.objects.values_list("mapping_id", *KINDS)}
        none = (0,) * len(KINDS)
        wrong = [pk for pk in there.keys() | kept.keys() if there.get(pk, none) != kept.get(pk, none)]
        for pk in wrong:
            values = dict(zip(KINDS, there.get(pk, none), strict=True))
            Tally.objects.update_or_create(mapping_id=pk, defaults=values)
    return len(wrong)


def _number(kind: str, row: str) -> str:
    """1 where a row is of the kind, else 0."""
    return f"(CASE WHEN {KINDS[kind].format(row=row)} THEN 1 ELSE 0 END)"


def _added() -> str:
    """A new row is counted."""
    values = ", ".join(_number(kind, "NEW") for kind in KINDS)
    more = ", ".join(f"{kind} = {TALLIES}.{kind} + EXCLUDED.{kind}" for kind in KINDS)
    return (
        f"INSERT INTO {TALLIES} (mapping_id, {', '.join(KINDS)}) VALUES (NEW.mapping_id, {values}) "  # noqa: S608
        f"ON CONFLICT (mapping_id) DO UPDATE SET {more}"
    )


def _changed() -> str:
    """A row became another kind."""
    more = ", ".join(f"{kind} = {kind} + {_number(kind, 'NEW')} - {_number(kind, 'OLD')}" for kind in KINDS)
    return f"UPDATE {TALLIES} SET {more} WHERE mapping_id = NEW.mapping_id"  # noqa: S608


def _removed() -> str:
    """A row that is gone counts no more; where its mapping goes, the tally may be gone before it."""
    less = ", ".join(f"{kind} = {kind} - {_number(kind, 'OLD')}" for kind in KINDS)
    return f"UPDATE {TALLIES} SET {less} WHERE mapping_id = OLD.mapping_id"  # noqa: S608
