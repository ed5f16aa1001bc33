"""Links that apps add to pages, and the buttons every page is built of: addresses, rights, nothing for nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from integration.pages import parts
from integration.pages.parts import Entry, PagePart, address, entries, first_url, links, visible
from integration.templatetags import components
from tests.people import ADMINISTRATOR, VIEWER, made

NAVIGATION = (
    "{% load frame %}{% navigation as groups %}"
    "{% for group in groups %}{% for link in group.links %}[{{ link.url }}]{% endfor %}{% endfor %}"
)
JOBS = PagePart("job.links", 1, "Jobs", "synch_jobs")


class Person:
    """May do what is listed."""

    def __init__(self, *rights: str) -> None:
        self.rights = rights

    def has_perm(self, right: str) -> bool:
        return right in self.rights


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Parts of one place, as two apps add them."""

    def put(*found: PagePart) -> None:
        monkeypatch.setattr(parts, "parts_of", lambda place: tuple(one for one in found if one.place == place))

    return put


@pytest.mark.parametrize(
    ("query", "expected"), [({}, ""), ({"status": "failed"}, "?status=failed"), ({"q": "a b&c"}, "?q=a+b%26c")]
)
def test_a_part_leads_to_its_page_with_its_query(query: dict[str, Any], expected: str) -> None:
    part = PagePart("job.links", 1, "Jobs", "synch_jobs", query=lambda subject: query)

    assert address(part, None) == reverse("synch_jobs") + expected


@pytest.mark.parametrize(("rights", "shown"), [((), ["Jobs"]), (("coupling.change_coupling",), ["Jobs", "Couple"])])
def test_only_parts_that_this_person_may_use_are_shown(
    place: Callable[..., Any], rights: tuple[Any, ...], shown: list[str]
) -> None:
    place(JOBS, PagePart("job.links", 2, "Couple", "synch_jobs", right="coupling.change_coupling"))

    assert [link.label for link in links("job.links", None, Person(*rights))] == shown


@pytest.mark.parametrize(("subject", "shown"), [(1, ["Jobs"]), (0, []), (None, [])])
def test_a_part_stands_where_the_page_is_about_something_of_its_kind(
    place: Callable[..., Any], subject: int | None, shown: list[Any]
) -> None:
    place(PagePart("job.links", 1, "Jobs", "synch_jobs", when=bool))

    assert [link.label for link in links("job.links", subject, Person())] == shown
    assert first_url("job.links", subject) == (reverse("synch_jobs") if shown else "")


def test_a_place_to_which_nobody_adds_anything_is_empty() -> None:
    assert (links("no such place", None, Person()), first_url("no such place")) == ([], "")


def test_a_part_with_a_form_is_a_button_and_one_without_is_a_link(place: Callable[..., Any]) -> None:
    place(JOBS, PagePart("job.links", 2, "Retry", "synch_jobs", form="chosen", primary=True))
    link, button = links("job.links", None, Person())

    assert 'href="' in components.part(link)
    shown = components.part(button)
    assert 'form="chosen"' in shown
    assert "btn-primary" in shown


def test_groups_of_the_navigation_stand_in_the_order_of_their_first_entry() -> None:
    orders = [one.order for group in entries().values() for one in group[:1]]

    assert orders == sorted(orders)
    for group in entries().values():
        assert [one.order for one in group] == sorted(one.order for one in group)


@pytest.mark.parametrize(("rights", "shown"), [((), ["Jobs"]), (("integration.view_user",), ["Jobs", "Users"])])
def test_only_entries_a_person_may_be_led_to_are_visible(rights: tuple[Any, ...], shown: list[str]) -> None:
    found = [
        Entry("Admin", 1, "Jobs", "synch_jobs"),
        Entry("Admin", 2, "Users", "users", right="integration.view_user"),
    ]

    assert [one.label for one in visible(found, Person(*rights))] == shown


@pytest.mark.django_db
@pytest.mark.parametrize("group", [VIEWER, ADMINISTRATOR])
def test_every_entry_of_the_navigation_leads_somewhere(group: str) -> None:
    person = made("susan", group)
    request = RequestFactory().get("/")
    request.user = person
    shown = Template(NAVIGATION).render(Context({"request": request, "user": person}))

    found = re.findall(r"\[([^\]]*)\]", shown)
    assert found
    assert all(url.startswith("/") for url in found)
    assert len(found) == len(set(found))


# --- buttons ------------------------------------------------------------------------------------------------------


def render(source: str, /, **values: Any) -> str:
    return Template("{% load components %}" + source).render(Context({"csrf_token": "t0k3n", **values})).strip()


@pytest.mark.parametrize("tag", ["actionbar", "menu 'More'"])
@pytest.mark.parametrize("content", ["", "  \n ", "{% if nothing %}x{% endif %}"])
def test_a_row_of_buttons_without_a_button_is_nothing(tag: str, content: str) -> None:
    name = tag.split()[0]

    assert render(f"{{% {tag} %}}{content}{{% end{name} %}}") == ""
    assert "Retry" in render(f"{{% {tag} %}}Retry{{% end{name} %}}")


@pytest.mark.parametrize(
    ("query", "expected"),
    [({}, ""), ({"q": ""}, ""), ({"q": None}, ""), ({"q": "ada", "state": ""}, "?q=ada"), ({"n": 0}, "?n=0")],
)
def test_blank_values_are_left_out_of_an_address(query: dict[str, Any], expected: str) -> None:
    assert components.address("synch_jobs", (), query) == reverse("synch_jobs") + expected


def test_an_address_that_there_is_not_is_a_mistake_of_ours() -> None:
    with pytest.raises(NoReverseMatch):
        components.address("no_such_page", (), {})


def test_a_button_with_a_form_of_its_own_sends_the_token_and_its_value() -> None:
    shown = render("{% press 'Cancel' 'synch_jobs' sends='why' value='late' %}")

    assert 'value="t0k3n"' in shown
    assert 'name="why"' in shown
    assert 'value="late"' in shown
    assert f'action="{reverse("synch_jobs")}"' in shown
    assert 'method="post"' in shown


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ secret }}"])
@pytest.mark.parametrize(
    "tag",
    ["{% press text 'synch_jobs' %}", "{% action text 'synch_jobs' %}", "{% goto text '/' %}", "{% send text %}",
     "{% value text %}", "{% hidden name=text %}", "{% counter text 1 %}", "{% column text %}", "{% pick 1 text %}",
     "{% record_link 'erp' 'customer' None text %}", "{% choice text '' %}", "{% progress text %}"],
)  # fmt: skip
def test_what_records_are_called_is_text_in_every_component(tag: str, text: str) -> None:
    shown = render(tag, text=text, secret="s3cret")

    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "s3cret" not in shown


@pytest.mark.parametrize(("text", "said"), [("", "(blank)"), (None, "(blank)"), ("Berlin", "Berlin"), ("0", "0")])
def test_a_blank_value_is_said_in_words(text: str | None, said: str) -> None:
    assert said in render("{% value text %}", text=text)


def test_a_record_without_an_id_is_only_its_name() -> None:
    assert "<a" not in render("{% record_link 'erp' 'customer' None 'Adatum' %}")
    assert "Adatum" in render("{% record_link 'erp' 'customer' None 'Adatum' %}")


@pytest.mark.parametrize(
    ("kind", "role"), [("info", "status"), ("success", "status"), ("warning", "alert"), ("danger", "alert")]
)
def test_what_is_urgent_is_read_out_at_once(kind: str, role: str) -> None:
    assert f'role="{role}"' in render("{% notice kind %}It failed.{% endnotice %}", kind=kind)


def test_a_notice_may_say_its_role() -> None:
    assert 'role="note"' in render("{% notice 'danger' role='note' %}It failed.{% endnotice %}")


@pytest.mark.parametrize(("percent", "moves"), [(None, True), (0, False), (40, False), (100, False)])
def test_a_bar_without_a_percentage_has_no_value(percent: int | None, moves: bool) -> None:
    assert ("value=" not in render("{% progress 'Import' percent %}", percent=percent)) is moves


@pytest.mark.parametrize("page", [1, 2, 3])
def test_paging_keeps_the_filter_and_offers_what_there_is(page: int) -> None:
    class Page:
        number = page

        def has_previous(self) -> bool:
            return page > 1

        def has_next(self) -> bool:
            return page < 3

        class paginator:  # noqa: N801 - as Django calls it
            num_pages, count = 3, 60

        start_index = end_index = lambda self: page
        has_other_pages = lambda self: True  # noqa: E731 - as short as what it stands for

    shown = render("{% paging page %}", request=RequestFactory().get("/", {"q": "ada", "page": page}), page=Page())

    assert (f"q=ada&amp;page={page - 1}" in shown) is (page > 1)
    assert (f"q=ada&amp;page={page + 1}" in shown) is (page < 3)
