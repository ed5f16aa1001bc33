"""The special rules, one module per pair of tables; ``special_for`` finds the one of a run."""

from integration.sync.special.base import Run, Special

SPECIALS: dict[tuple[str, str], type[Special]] = {}


def special_for(run: Run) -> Special:
    """The special rule of the run's two tables, or the one that does nothing."""
    return SPECIALS.get((run.rule.erp.name, run.rule.crm.name), Special)(run)


__all__ = ["Run", "Special", "special_for"]
