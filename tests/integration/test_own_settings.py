"""What a person chooses holds on all pages, for them alone: theme, days, numbers, folded groups; files stay in ISO."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from integration.models import ConnectionSetup, SyncJob, TableMapping, User
from integration.pages import amounts
from integration.pages.frame.environment import environment
from integration.pages.frame.icons import names, sprite
from integration.pages.frame.running import running
from integration.systems.formats import Formats, reading
from integration.views.spreadsheet import as_csv
from tests.people import VIEWER, client_of, made, signed_in

pytestmark = pytest.mark.django_db
ENDED = dt.datetime(2026, 3, 7, 9, 5, 7, tzinfo=dt.UTC)
CHOSEN = {"time_zone": "UTC", "day_format": "dots", "number_format": "comma", "theme": "dark"}


def job(**more: object) -> SyncJob:
    mapping, _ = TableMapping.objects.get_or_create(name="CUSTOMER", erp_table="customer", crm_table="account")
    return SyncJob.objects.create(mapping=mapping, direction="to_crm", **more)


@pytest.fixture
def vera() -> Client:
    """A Viewer who has chosen everything otherwise."""
    client = signed_in("vera", VIEWER)
    assert client.post(reverse("own_settings"), CHOSEN).status_code == 302
    return client


def test_days_are_written_on_the_pages_as_their_reader_chose(vera: Client) -> None:
    job(status="finished", started_at=ENDED, finished_at=ENDED)

    assert "07.03.2026 09:05:07" in vera.get(reverse("synch_jobs")).content.decode()
    assert "2026-03-07 09:05:07" in signed_in("Otto", VIEWER).get(reverse("synch_jobs")).content.decode()


def test_amounts_are_written_as_their_reader_chose_but_not_in_spreadsheets() -> None:
    with reading(Formats("dots", "comma")):
        assert (amounts.money("1234.5"), amounts.plain("1234.50")) == ("1.234,50", "1.234,5")
        assert amounts.typed("1234.5") == "1234.50"


def test_a_file_is_written_in_iso_whoever_asks_for_it() -> None:
    with reading(Formats("dots", "comma")):
        answer = as_csv("entries", ([amounts.money("1234.5")] for _ in range(1)))
    assert list(answer.streaming_content) == [b'"1,234.50"\r\n']


@pytest.mark.parametrize(
    ("filter", "shown"),
    [
        ("day", "07.03.2026"),
        ("moment", "07.03.2026 09:05"),
        ("second", "07.03.2026 09:05:07"),
        ("brief", "07.03. 09:05"),
        ("clock", "09:05:07"),
    ],
)
def test_every_filter_of_templates_writes_a_moment_and_none_for_none(filter: str, shown: str) -> None:
    drawn = Template("{{ at|" + filter + " }}")
    with reading(Formats("dots")):
        assert (drawn.render(Context({"at": ENDED})), drawn.render(Context({"at": None}))) == (shown, "")


# --- theme ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theme", "shown"),
    [
        ("system", 'data-bs-theme="light" data-theme-of-system>'),
        ("light", 'data-bs-theme="light">'),
        ("dark", 'data-bs-theme="dark">'),
    ],
)
def test_the_theme_is_the_systems_unless_the_person_chose_one(theme: str, shown: str) -> None:
    client = signed_in("Vera", VIEWER)
    answer = client.post(reverse("own_theme"), {"theme": theme, "back": "/synch/jobs/?status=failed"})

    assert answer["Location"] == "/synch/jobs/?status=failed"
    assert shown in client.get("/").content.decode()


@pytest.mark.parametrize(("theme", "back"), [("neon", "https://phishing.example/"), ("", "//phishing.example")])
def test_an_unknown_theme_changes_nothing_and_leads_to_no_other_host(theme: str, back: str) -> None:
    client = signed_in("vera", VIEWER)

    assert client.post(reverse("own_theme"), {"theme": theme, "back": back})["Location"] == "/"
    assert User.objects.get(username="vera").theme == "system"


# --- navigation -------------------------------------------------------------------------------------------


def test_a_group_that_a_person_folds_stays_folded_for_them_alone() -> None:
    client, other = signed_in("vera", VIEWER), signed_in("Otto", VIEWER)
    group = re.compile(r'data-group="Setup"( open)?>')
    for folded, shown in (("yes", None), ("no", " open"), ("yes", None)):
        client.post(reverse("navigation_folded"), {"group": "Setup", "folded": folded})
        seen = [group.findall(one.get("/").content.decode()) for one in (client, other)]
        assert seen == [[shown or ""], [" open"]]


def test_the_group_of_the_page_is_never_folded() -> None:
    client = signed_in("Vera", VIEWER)
    client.post(reverse("navigation_folded"), {"group": "Setup", "folded": "yes"})

    assert 'data-group="Setup" open>' in client.get(reverse("connection")).content.decode()


def test_only_groups_that_there_are_can_be_folded() -> None:
    client = signed_in("vera", VIEWER)
    client.post(reverse("navigation_folded"), {"group": "x" * 10_000, "folded": "yes"})

    assert User.objects.get(username="vera").folded_groups == []


@pytest.mark.parametrize(
    ("address", "way"),
    [
        ("/", []),
        ("/connection/", ["Home", "Setup"]),
        ("/connection/preflight/", ["Home", "Setup", "Connection Setup"]),
        ("/accounts/settings/", ["Home"]),
    ],
)
def test_the_breadcrumb_leads_from_home_to_the_page(address: str, way: list[str]) -> None:
    page = signed_in("Vera", VIEWER).get(address).content.decode()
    found = re.search(r'aria-label="Breadcrumb"><ol>(.*?)</ol>', page, re.DOTALL)

    assert re.findall(r">([^<>]+?)<", re.sub(r"\s*\n\s*", "", found[1]) if found else "") == way


def test_every_icon_that_pages_name_is_in_the_file_of_icons() -> None:
    file = sprite()

    assert [name for name in sorted(names()) if f'<symbol id="{name}" viewBox="0 0 16 16"' not in file] == []
    assert "{{" not in file


# --- environment and running jobs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_enabled", "url", "label"),
    [
        (False, "https://contoso.crm4.dynamics.com", "Disabled"),
        (True, "https://contoso.crm4.dynamics.com", "Production"),
        (True, "http://127.0.0.1:8001", "Sandbox"),
        (True, "http://localhost:8001", "Sandbox"),
    ],
)
def test_the_badge_says_which_organization_the_pages_are_about(is_enabled: bool, url: str, label: str) -> None:
    ConnectionSetup.objects.create(pk=1, is_enabled=is_enabled, url=url)

    assert environment().label == label


def test_the_badge_of_a_connection_nobody_has_set_up_says_disabled() -> None:
    assert environment().label == "Disabled"


def test_the_top_bar_says_how_many_jobs_run_and_how_far_they_are() -> None:
    client = client_of(made("vera", VIEWER))
    assert running().number == 0
    first = job(status="running", records_done=30, records_total=100)
    assert (running().url, running().percent) == (reverse("synch_job", args=[first.pk]), 30)
    items = TableMapping.objects.create(name="ITEM", erp_table="item", crm_table="product")
    SyncJob.objects.create(mapping=items, direction="to_crm", status="running", records_done=70, records_total=100)
    page = client.get(reverse("running_jobs")).content.decode()

    assert ("2 jobs run" in page, "50 %" in page, 'href="/synch/jobs/?status=running"' in page) == (True, True, True)
