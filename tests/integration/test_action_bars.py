"""The action bar: at most three buttons, then menus in the order of Business Central, whatever a page puts into it."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template

from integration.pages.frame.bars import arranged

NAMES = re.compile(r">([^<>]+)<")
LOAD = "{% load components frame %}"


def bar(markup: str) -> str:
    """What a page with these actions shows."""
    return Template(LOAD + "{% pageactions %}" + markup + "{% endpageactions %}").render(Context({"csrf_token": "t"}))


def button(name: str, look: str = "outline-primary") -> str:
    return f'<a class="btn btn-sm btn-{look}" href="/{name}/">{name}</a>'


def menu(name: str, *names: str) -> str:
    return "{% menu '" + name + "' %}" + "".join(map(button, names)) + "{% endmenu %}"


@pytest.mark.parametrize(
    ("named", "buttons", "more"),
    [
        (["Edit"], ["Edit"], []),
        (["Edit", "Post", "Print"], ["Edit", "Post", "Print"], []),
        (["Edit", "Post", "Print", "Copy", "Cancel"], ["Edit", "Post", "Print"], ["Copy", "Cancel"]),
    ],
)
def test_what_is_more_than_three_buttons_stands_in_more(named: list[str], buttons: list[str], more: list[str]) -> None:
    shown = arranged("\n  ".join(map(button, named)))

    assert [NAMES.findall(one) for one in shown.buttons] == [[name] for name in buttons]
    assert [(label, NAMES.findall(held)) for label, held in shown.menus] == ([("More", more)] if more else [])


def test_the_button_that_is_pressed_most_is_never_hidden() -> None:
    shown = arranged("".join([*map(button, ["Log", "Jobs", "Mapping"]), button("Synchronize Now", "primary")]))

    assert [NAMES.findall(one)[0] for one in shown.buttons] == ["Synchronize Now", "Log", "Jobs"]


def test_menus_stand_in_the_order_of_business_central_and_equal_ones_are_one() -> None:
    menus = [("Related", "Ledger"), ("Correct", "Cancel"), ("More", "Export"), ("Process", "Post"), ("Related", "Card")]
    page = bar("".join([*(menu(*one) for one in menus), *map(button, "abcd")]))
    found = re.findall(r'<details class="menu"><summary[^>]*>([^<]+)</summary><div[^>]*>(.*?)</div>', page)

    assert [(label, NAMES.findall(held)) for label, held in found] == [
        ("Process", ["Post"]),
        ("Related", ["Ledger", "Card"]),
        ("Correct", ["Cancel"]),
        ("More", ["d", "Export"]),
    ]


def test_a_form_that_buttons_elsewhere_send_is_kept_and_is_no_button() -> None:
    form = '<form method="post" id="record" hidden><input type="hidden" name="selected" value="7"></form>'
    shown = arranged(form + '<input type="hidden" name="back" value="/">' + button("Edit"))

    assert (len(shown.buttons), form in shown.unseen, 'name="back"' in shown.unseen) == (1, True, True)
    assert bar(form) == form


def test_buttons_with_a_form_of_their_own_are_taken_whole() -> None:
    press = '<form method="post" action="/post/"><input type="hidden" name="a" value=">"><button>Post</button></form>'

    assert list(arranged(press + button("Edit")).buttons) == [press, button("Edit")]


def test_a_page_without_actions_has_no_bar() -> None:
    assert bar("  \n ") == ""


def test_hostile_names_stay_text() -> None:
    page = Template(
        LOAD + '{% pageactions %}{% goto name "/" %}{% menu name %}{% goto name "/" %}{% endmenu %}{% endpageactions %}'
    ).render(Context({"name": "</details><script>alert(1)</script>"}))

    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3
