"""The components: hostile text stays text, buttons say where they lead, and blank is said in words."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import Client, RequestFactory

from integration.pages import states
from integration.pages.parts import Link
from integration.pages.states import Shown, Style
from tests.people import INTEGRATOR, VIEWER, signed_in

HOSTILE = '"><script>alert(1)</script>'
RECORD = uuid.UUID(int=7)


def drawn(markup: str, **values: object) -> str:
    """What a page with this markup shows to somebody who is not signed in."""
    request = RequestFactory().get("/", {"q": "Adatum", "page": "2"})
    context = Context({"request": request, "user": AnonymousUser(), "csrf_token": "token", **values})
    return Template("{% load components frame %}" + markup).render(context).strip()


PAIR = SimpleNamespace(erp_label=HOSTILE, crm_label=HOSTILE, erp_text=HOSTILE, crm_text=HOSTILE, differs=True)
WITH_TEXT = {
    "action": '{% action text "home" %}',
    "action with a query": '{% action "Log" "synch_jobs" mapping=text %}',
    "goto": "{% goto text text %}",
    "press": '{% press text "plan_start" sends="mapping" value=text why=text %}',
    "hidden": "{% hidden name=text %}",
    "send": "{% send text described=text %}",
    "part": "{% part link %}",
    "menu": "{% menu text %}{{ text }}{% endmenu %}",
    "action bar": "{% actionbar text %}{{ text }}{% endactionbar %}",
    "record link": '{% record_link "erp" "customer" record text %}',
    "value": "{% value text %}",
    "code": "{% value text code=True %}",
    "changes": "{% changes changed %}",
    "state": "{% state shown text %}",
    "direction": "{% direction row %}",
    "counter": "{% counter text text text %}",
    "progress": "{% progress text 40 %}",
    "comparison": "{% comparison pairs %}",
    "notice": '{% notice "warning" %}{{ text }}{% endnotice %}',
    "finding": "{% finding shown %}{{ text }}{% endfinding %}",
    "FactBox": "{% factbox text %}{{ text }}{% endfactbox %}",
    "FastTab": "{% fasttab text %}{{ text }}{% endfasttab %}",
    "empty state": "{% empty_state %}{{ text }}{% endempty_state %}",
    "confirmation": '{% confirm text name="way" value=text back=text %}{{ text }}{% endconfirm %}',
    "table": "{% table text %}{% column text %}{% pick 1 text %}{% endtable %}",
    "choice": "{% choices text %}{% choice text text %}{% endchoices %}",
}


@pytest.mark.parametrize("what", WITH_TEXT)
def test_text_that_looks_like_markup_is_shown_as_text(what: str) -> None:
    values = {
        "text": HOSTILE,
        "record": RECORD,
        "changed": [(HOSTILE, HOSTILE, HOSTILE)],
        "shown": Shown(HOSTILE, Style.FAVORABLE),
        "row": SimpleNamespace(get_direction_display=lambda: HOSTILE),
        "pairs": [PAIR],
        "link": Link(HOSTILE, HOSTILE, "", False),
    }

    shown = drawn(WITH_TEXT[what], **values)

    assert "script" in shown
    assert "<script" not in shown


def test_a_button_keeps_the_query_it_is_given_and_leaves_blank_values_out() -> None:
    shown = drawn('{% action "Log" "synch_jobs" mapping="CUSTOMER & CO" status="" %}')

    assert 'href="/synch/jobs/?mapping=CUSTOMER+%26+CO"' in shown


def test_a_pressed_button_posts_with_a_token_and_can_be_closed() -> None:
    shown = drawn('{% press "Dry Run" "plan_start" disabled=True why="Off." %}')

    assert 'method="post" action="/synch/plans/start/"' in shown
    assert 'name="csrfmiddlewaretoken" value="token"' in shown
    assert ' disabled title="Off."' in shown


@pytest.mark.parametrize("markup", ["{% actionbar %} {% endactionbar %}", '{% menu "Related" %}\n{% endmenu %}'])
def test_an_action_bar_or_menu_without_a_button_is_not_there(markup: str) -> None:
    assert drawn(markup) == ""


@pytest.mark.parametrize(("side", "address"), [("erp", "/records/erp/customer/"), ("crm", "/records/crm/customer/")])
def test_a_record_link_leads_to_the_card_of_its_side(side: str, address: str) -> None:
    shown = drawn('{% record_link side "customer" record "Adatum" %}', side=side, record=RECORD)

    assert shown == f'<a href="{address}{RECORD}/">Adatum</a>'


def test_a_record_without_an_id_is_named_without_a_link() -> None:
    assert drawn('{% record_link "erp" "customer" "" "Adatum" %}') == "Adatum"


@pytest.mark.parametrize("text", ["", None])
def test_a_blank_value_is_said_in_words(text: str | None) -> None:
    assert drawn("{% value text %}", text=text) == "(blank)"


def test_zero_is_a_value() -> None:
    assert drawn("{% value text %}", text=0) == "0"


def test_a_state_without_a_word_shows_no_dot() -> None:
    assert drawn("{% state shown %}", shown=Shown("", Style.SUBDUED)) == ""


def test_a_counter_leads_to_its_rows() -> None:
    assert 'href="/synch/errors/"' in drawn('{% counter "Conflicts" 3 "/synch/errors/" "bad" %}')


def test_a_comparison_of_no_fields_says_so() -> None:
    assert "No field is compared." in drawn("{% comparison pairs %}", pairs=[])


def test_a_bar_without_a_percentage_only_moves() -> None:
    assert "value=" not in drawn('{% progress "Progress of CUSTOMER" None %}')


@pytest.mark.parametrize(("kind", "role"), [("danger", "alert"), ("warning", "alert"), ("info", "status")])
def test_a_warning_is_read_out_at_once_and_a_note_in_turn(kind: str, role: str) -> None:
    assert f'role="{role}"' in drawn("{% notice kind %}Adatum{% endnotice %}", kind=kind)


def test_a_finding_that_stops_something_stands_out() -> None:
    wrong = drawn("{% finding shown %}Address{% endfinding %}", shown=states.of_check(False))
    right = drawn("{% finding shown %}Address{% endfinding %}", shown=states.of_check(True))

    assert "list-group-item-danger" in wrong
    assert "list-group-item-danger" not in right


def test_a_confirmation_names_what_happens_and_a_way_out() -> None:
    shown = drawn('{% confirm "Delete" danger=True name="confirmed" value="yes" back="/mappings/" %}{% endconfirm %}')

    assert '<button class="btn btn-danger" name="confirmed" value="yes">Delete</button>' in shown
    assert 'href="/mappings/">Cancel</a>' in shown


def test_an_empty_state_in_a_table_spans_its_columns() -> None:
    assert 'colspan="4"' in drawn("{% empty_state 4 %}Nothing.{% endempty_state %}")


def test_paging_keeps_the_filter() -> None:
    page = SimpleNamespace(
        number=2, paginator=SimpleNamespace(num_pages=3), has_previous=lambda: True, has_next=lambda: True
    )

    shown = drawn("{% paging page %}", page=page)

    assert "?q=Adatum&amp;page=1" in shown
    assert "?q=Adatum&amp;page=3" in shown


@pytest.mark.django_db
def test_the_page_of_examples_shows_every_component_where_pages_are_developed() -> None:
    shown = signed_in("Vera", VIEWER).get("/components/")

    assert shown.status_code == 200
    for part in ("actionbar", "menu", "status-favorable", "cue", "factbox", "fasttab", "progress", "alert-warning"):
        assert part in shown.content.decode()


@pytest.mark.django_db
def test_the_page_of_examples_shows_every_part_of_a_list_and_its_second_page() -> None:
    vera = signed_in("Vera", VIEWER)
    shown = vera.get("/components/?q=a&f-name=Adatum").content.decode()
    parts = ('id="list-search"', "pane-fields", "list-states", "Name of the view", "list-columns", "bulk-count",
             "list-fold", 'class="empty"', "Leave out the filter Name", "1–2 of 3", 'rel="next"')  # fmt: skip
    assert [part for part in parts if part not in shown] == []
    following = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = vera.get(f"/components/{following}").content.decode()
    assert "3–3 of 3" in second
    assert 'rel="prev" href="?q=a&amp;f-name=Adatum"' in second


@pytest.mark.django_db
def test_the_page_of_examples_is_not_there_in_production(settings: object) -> None:
    settings.DEVELOPMENT = False  # type: ignore[attr-defined]

    assert signed_in("Vera", VIEWER).get("/components/").status_code == 404


@pytest.mark.django_db
def test_the_page_of_examples_asks_for_a_sign_in() -> None:
    assert Client().get("/components/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(("group", "may"), [(VIEWER, False), (INTEGRATOR, True)])
def test_what_another_app_adds_to_a_page_is_there_for_those_who_may_use_it(group: str, may: bool) -> None:
    shown = signed_in("Ines", group).get("/mappings/").content.decode()

    assert ("Delete Couplings" in shown) is may
