"""What can be wrong with a table mapping as it stands, in words; neither system is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integration.sync.order import DependencyLoop, waves
from integration.systems.filters import FilterError, parse


def filter_problem(text: str) -> str:
    """What is wrong with a filter, blank where it can be read."""
    try:
        parse(text)
    except FilterError as error:
        return str(error)
    return ""


def dependency_problem(name: str, dependencies: Sequence[str], others: Mapping[str, Sequence[str]]) -> str:
    """The loop that the dependencies of this mapping would close with those of the others."""
    if name in dependencies:
        return f"{name} cannot depend on itself."
    try:
        waves({name: dependencies, **others})
    except DependencyLoop as loop:
        return str(loop)
    return ""
