"""A button can be read in both themes, whatever it looks like at the moment: pressed, under the mouse, chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.house.files import HOUSE

LEAST = 4.5
RULE = re.compile(r"(?:^|[}])\s*([^{}@]*\.btn[^{}]*)\{([^{}]*)\}", re.M)
DECLARED = re.compile(r"(--[\w-]+|[\w-]+)\s*:\s*([^;]+);")
GROUND = re.compile(r"--bs-btn-((?:hover-|active-|disabled-)?)bg")
SHEETS = sorted((HOUSE / "static").glob("*.css"))
THEMES = {"light": ":root {", "dark": '[data-bs-theme="dark"] {'}


def themed(name: str) -> dict[str, str]:
    """The colours of a theme by their names; the dark one changes some of the light one's."""
    text = (HOUSE / "static" / "app.css").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for head in (THEMES["light"], THEMES[name]):
        found |= dict(DECLARED.findall(text.partition(head)[2].partition("}")[0]))
    return found


def painted() -> Iterator[tuple[str, str, str, str]]:
    """(rule, state, ground, text) of each state of a button whose ground a rule sets; a text not set is blank."""
    for sheet in SHEETS:
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
        for selector, body in RULE.findall(text):
            declared, rule = dict(DECLARED.findall(f"{body};")), f"{sheet.name} {selector.strip()}"
            for name, value in declared.items():
                if state := GROUND.fullmatch(name):
                    yield rule, state[1], value, declared.get(f"--bs-btn-{state[1]}color", "")
                elif name.startswith("background") and "::" not in selector:
                    yield rule, "", value, declared.get("color", "")


def brightness(color: str) -> float:
    digits = color.removeprefix("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    parts = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def test_whatever_gives_a_button_another_ground_gives_its_text_a_colour_too() -> None:
    assert [(rule, state) for rule, state, _, text in painted() if not text] == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_text_of_a_button_stands_out_from_its_ground_in_both_themes(theme: str) -> None:
    colors = themed(theme)
    plain = lambda value: colors[value[4:-1]] if value.startswith("var(") else value  # noqa: E731
    found = {(rule, state): contrast(plain(ground), plain(text)) for rule, state, ground, text in painted() if text}

    assert len(found) > 8
    assert {place: ratio for place, ratio in found.items() if ratio < LEAST and place[1] != "disabled-"} == {}
