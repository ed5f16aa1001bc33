"""The action bar of a page: at most three buttons, then menus, whatever the page puts into it.

A page writes its actions one after the other, and groups what belongs together with ``{% menu "Process" %}``. What is
more than three buttons goes into the menu More, so the bar stays one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from django.utils.safestring import SafeString, mark_safe

BUTTONS = 3
PROCESS, SALES, RELATED, MORE = "Process", "Dynamics 365 Sales", "Related", "More"
ORDER = (PROCESS, SALES, RELATED)
"""The menus as Business Central orders them; others come behind, More last."""
PRIMARY = "btn-primary"
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
MENU = re.compile(
    r'<details class="menu"><summary[^>]*>(.*?)</summary><div class="menu-entries">(.*)</div></details>', re.DOTALL
)
UNSEEN = re.compile(r'<(?:form[^>]* hidden|input[^>]* type="hidden")')


@dataclass(frozen=True, slots=True)
class Bar:
    """The buttons, the menus as (caption, what they hold), and what nobody sees: forms that buttons elsewhere send."""

    buttons: Sequence[SafeString]
    menus: Sequence[tuple[SafeString, SafeString]]
    unseen: SafeString

    @property
    def is_empty(self) -> bool:
        return not self.buttons and not self.menus


def arranged(content: str) -> Bar:
    """The bar with these actions, which templates have escaped; the first three buttons stand by themselves, the one
    that is to be pressed most likely before the others."""
    buttons: list[str] = []
    menus: dict[str, str] = {}
    unseen = ""
    for piece in _Pieces(content).found:
        menu = MENU.fullmatch(piece)
        if menu:
            menus[menu[1]] = menus.get(menu[1], "") + menu[2]
        elif UNSEEN.match(piece):
            unseen += piece
        else:
            buttons.append(piece)
    buttons.sort(key=lambda button: PRIMARY not in button)
    if buttons[BUTTONS:]:
        menus[MORE] = "".join(buttons[BUTTONS:]) + menus.pop(MORE, "")
    named = [(mark_safe(label), mark_safe(menus[label])) for label in _in_order(menus)]  # noqa: S308 - of our templates
    return Bar([mark_safe(one) for one in buttons[:BUTTONS]], named, mark_safe(unseen))  # noqa: S308 - the same


def _in_order(labels: Iterable[str]) -> list[str]:
    place = {label: number for number, label in enumerate(ORDER)}
    return sorted(labels, key=lambda label: len(ORDER) + 1 if label == MORE else place.get(label, len(ORDER)))


class _Pieces(HTMLParser):
    """The elements that stand side by side in some HTML of ours, each as it was written."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=False)
        self.content = content
        self.found: list[str] = []
        self.depth = self.begin = 0
        self.lines = [0]
        for line in content.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.begin = self._here()
        if tag not in VOID:
            self.depth += 1
        elif self.depth == 0:
            self.found.append(str(self.get_starttag_text()))

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1
        if self.depth == 0:
            self.found.append(self.content[self.begin : self.content.index(">", self._here()) + 1])

    def _here(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column
