"""Parts of docs/ that are printed from the program, so that they cannot drift: the environment, the commands and
the rights, as Markdown."""

from __future__ import annotations

import re
import textwrap
from argparse import SUPPRESS, Action
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from integration.models.people.rights import (
    ADMINISTRATOR,
    APPS,
    AVAILABILITY,
    BOOKKEEPER,
    GROUPS,
    INTEGRATOR,
    MEANING,
    ORDER_PROCESSOR,
    PERMITS,
    VIEWER,
    granted,
)
from integration.systems.wording import sentence

OPTIONS_OF_DJANGO = {action.dest for action in BaseCommand().create_parser("manage.py", "")._actions}
PEOPLE = (VIEWER, ORDER_PROCESSOR, BOOKKEEPER, INTEGRATOR, ADMINISTRATOR, AVAILABILITY)
BEGIN, END = "<!-- Printed by: manage.py describe {} -->\n", "<!-- End of what is printed. -->"


def environment() -> str:
    """A table a topic. What a variable is says ``project/variables.py``, which the settings hand over."""
    parts = []
    for topic, variables in settings.ENVIRONMENT.items():
        rows = "\n".join(_variable(one) for one in variables)
        parts.append(f"## {topic}\n\n| variable | meaning | default | needed |\n|---|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _variable(one: Any) -> str:
    meaning = f"{one.meaning.rstrip('.')} ({one.values})." if one.values else one.meaning
    return f"| `{one.name}` | {meaning} | {_default_of(one)} | {one.needed} |"


def _default_of(one: Any) -> str:
    if one.shown:
        return one.shown
    usual, here = _value(one.default), _value(one.development)
    return usual if one.development is None else f"{usual}; {here} in development"


def _value(value: Any) -> str:
    if value in ("", ()):
        return "none"
    if isinstance(value, float):
        value = f"{value:g}"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def rights() -> str:
    """A table of the rights, and what each group is for."""
    heads = " | ".join(PEOPLE)
    rows = [f"| page or action | {heads} | right |", f"|---|{'---|' * len(PEOPLE)}---|"]
    for right, permits in PERMITS.items():
        marks = " | ".join("✓" if granted(GROUPS[name], right) else "" for name in PEOPLE)
        rows.append(f"| {permits} | {marks} | `{right}` |")
    groups = [f"- **{name}**: {MEANING[name]}" for name in PEOPLE]
    return "\n".join([*groups, "", *rows, ""])


def commands() -> str:
    """Every command of ours: what it does and its arguments."""
    return "\n".join(_command(name, app) for name, app in sorted(our_commands().items()))


def our_commands() -> Mapping[str, str]:
    """Name of a command -> the app that has it."""
    ours = {config.name for config in apps.get_app_configs() if config.label in APPS}
    return {name: app for name, app in get_commands().items() if app in ours}


def _command(name: str, app: str) -> str:
    command = load_command_class(app, name)
    arguments = sorted(_arguments(command, name), key=lambda action: bool(action.option_strings))
    lines = [_argument(action) for action in arguments]
    return "\n".join([f"### {name}", "", _wrapped(sentence(command.help)), *([""] if lines else []), *lines, ""])


def _arguments(command: BaseCommand, name: str) -> Iterator[Action]:
    """Its own, without those that every command has."""
    for action in command.create_parser("manage.py", name)._actions:
        if action.dest not in OPTIONS_OF_DJANGO and action.help is not SUPPRESS:
            yield action


def _argument(action: Action) -> str:
    words = ", ".join(f"`{option}{_of_value(action)}`" for option in action.option_strings) or f"`{action.dest}`"
    said = [action.help] if action.help else []
    if action.choices is not None and not action.option_strings:
        said.append(f"one of {', '.join(map(str, action.choices))}")
    if _is_worth_saying(action.default):
        said.append(f"default `{action.default}`")
    return _wrapped(f"- {words}{': ' if said else ''}{'; '.join(said)}")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 118, subsequent_indent="  " if text.startswith("- ") else "", break_on_hyphens=False)


def _of_value(action: Action) -> str:
    """ " PORT" behind an option that takes a value."""
    if action.nargs == 0:
        return ""
    value = "|".join(map(str, action.choices)) if action.choices is not None else action.metavar
    return f" {value or action.dest.upper()}"


def _is_worth_saying(default: Any) -> bool:
    """Not what is off or nothing, and no path of this machine."""
    if isinstance(default, bool) or default in (None, "", []):
        return False
    return not str(default).startswith(str(settings.DATA_DIR))


TOPICS_PRINTED: Mapping[str, Callable[[], str]] = {"commands": commands, "environment": environment, "rights": rights}
"""Topic -> what prints it; it stands in the page of this name in docs/."""


def renewed(page: str, topic: str) -> str:
    """The page with what is printed for the topic today. Raises ``ValueError`` where the page has no place for it."""
    begin = BEGIN.format(topic)
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
    if len(pattern.findall(page)) != 1:
        raise ValueError(f"The page of {topic} has no place between “{begin.strip()}” and “{END}”.")
    return pattern.sub(lambda _: f"{begin}\n{TOPICS_PRINTED[topic]()}\n{END}", page)
