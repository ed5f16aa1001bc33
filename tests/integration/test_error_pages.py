"""What went wrong is said in the frame, with a way back; the log keeps the stack traces of faults alone."""

from __future__ import annotations

import logging
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.utils.html import escape
from pytest_django.fixtures import Settings

from integration.management.log_lines import RefusalsInOneLine
from integration.views.frame import errors
from integration.views.frame.queue_pages import cleaned
from tests.people import ADMINISTRATOR, VIEWER, client_of, made, signed_in

ID = uuid.UUID(int=404)
NAVIGATION = '<nav id="navigation"'
HOME = 'href="/">Home</a>'
SKIPPED = "http://testserver/synch/skipped/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/records/erp/spaceship/", "There is no table “spaceship” in the company."),
        ("/records/erp/spaceship/<script>/", errors.MISSING),
        (f"/records/erp/customer/{ID}/", "There is no such record."),
        (f"/synch/jobs/{ID}/", errors.MISSING),
        (f"/documents/orders/{ID}/", errors.MISSING),
        ("/mappings/SPACESHIPS/", errors.MISSING),
        ("/records/erp/customer/17/", errors.MISSING),
        (f"/records/erp/customer/{'-' * 36}/open-in-sales/", errors.MISSING),
        (f"/records/crm/account/{'-' * 36}/erase/", errors.MISSING),
        (f"/records/erp/customer/{'-' * 36}/history/", errors.MISSING),
        ("/nowhere/", errors.MISSING),
        ("/admin/nowhere/", errors.MISSING),
        ("/users/4711/", errors.MISSING),
    ],
)
def test_what_is_not_there_is_said_in_the_frame_with_a_way_back(address: str, says: str) -> None:
    answer = client_of(made("Annette", ADMINISTRATOR, is_staff=True)).get(address)

    page = answer.content.decode()
    assert (answer.status_code, says in page, NAVIGATION in page, HOME in page) == (404, True, True, True)


@pytest.mark.django_db
def test_the_address_of_a_button_is_no_page_and_leads_back() -> None:
    answer = signed_in("Annette", ADMINISTRATOR).get("/synch/skipped/retry-all/", headers={"referer": SKIPPED})
    page = answer.content.decode()

    assert (answer.status_code, answer["Allow"], NAVIGATION in page, HOME in page) == (405, "POST", True, True)
    assert f'href="{SKIPPED}">Back</a>' in page


@pytest.mark.django_db
def test_a_button_pressed_after_the_session_ended_leads_back_to_its_page() -> None:
    made("Annette", ADMINISTRATOR)
    client = Client()
    asked = client.post("/synch/skipped/retry-all/", headers={"referer": f"{SKIPPED}?q=adatum"})

    assert asked.url == "/accounts/login/?next=/synch/skipped/%3Fq%3Dadatum"  # type: ignore[attr-defined]
    assert escape(errors.SIGNED_OUT) in client.get(asked.url).content.decode()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_form_sent_for_too_long_is_loaded_again_where_it_stands() -> None:
    made("Annette", ADMINISTRATOR)
    client = Client(enforce_csrf_checks=True)
    refused = client.post("/synch/skipped/retry-all/", headers={"referer": SKIPPED})

    assert f'href="{SKIPPED}">Load It Again</a>' in refused.content.decode()


@pytest.mark.django_db
def test_the_way_back_is_the_page_of_ours_that_somebody_comes_from() -> None:
    client = signed_in("Annette", VIEWER)
    ours = client.get("/nowhere/", headers={"referer": "http://testserver/records/erp/customer/"}).content.decode()
    theirs = client.get("/nowhere/", headers={"referer": "https://phishing.example/"}).content.decode()

    assert 'href="http://testserver/records/erp/customer/">Back</a>' in ours
    assert "phishing" not in theirs


@pytest.mark.django_db
def test_a_page_that_is_not_allowed_keeps_the_frame_and_leaves_no_stack_trace(caplog: pytest.LogCaptureFixture) -> None:
    answer = signed_in("Vera", VIEWER).get("/setup/")
    page = answer.content.decode()
    refusals = [record for record in caplog.records if record.name == "django.request"]

    assert (answer.status_code, "Your rights do not include this." in page, NAVIGATION in page) == (403, True, True)
    assert len(refusals) == 1
    assert RefusalsInOneLine().filter(refusals[0])
    assert refusals[0].exc_info is None


def test_a_fault_of_the_program_keeps_its_stack_trace() -> None:
    cause = (PermissionDenied, PermissionDenied("Adatum"), None)
    fault = logging.LogRecord("django.request", logging.ERROR, "views.py", 1, "Internal Server Error", (), cause)
    fault.status_code = 500

    assert RefusalsInOneLine().filter(fault)
    assert fault.exc_info == cause


@pytest.mark.django_db
def test_a_form_without_its_token_can_be_loaded_again() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(signed_in("Vera", VIEWER).get("/").wsgi_request.user)
    answer = client.post("/accounts/settings/", {"time_zone": "UTC"})
    page = answer.content.decode()

    assert (answer.status_code, "Nothing was done." in page, NAVIGATION in page) == (403, True, True)
    assert 'href="/accounts/settings/">Load It Again</a>' in page


@pytest.mark.parametrize(("view", "status"), [(errors.failed, 500), (errors.bad_request, 400)])
def test_a_page_for_a_fault_asks_the_database_for_nothing(view: object, status: int) -> None:
    answer = view(RequestFactory().get("/"))  # type: ignore[operator]

    assert answer.status_code == status
    assert HOME in answer.content.decode()


@pytest.mark.django_db
def test_a_host_that_is_not_ours_gets_a_page_and_no_stack_trace(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["integration.example"]
    answer = Client(headers={"host": "phishing.example"}).get("/")

    assert (answer.status_code, "Not understood" in answer.content.decode()) == (400, True)


def test_a_browser_that_asks_for_an_icon_by_itself_gets_ours() -> None:
    answer = Client().get("/favicon.ico")

    assert (answer.status_code, answer["Location"]) == (301, "/static/icon.svg")


def test_a_page_of_the_queue_brings_no_script_and_marks_its_styles() -> None:
    page = """<style>td{}</style><script src="/static/jquery.js"></script><script type="text/javascript">go()</script>
        <tr class="row" onclick="window.location='/queues/7/'"><td style='color: red'>CUSTOMER onclick="x"</td></tr>"""
    shown = cleaned(page, "n-1")

    assert '<style nonce="n-1">td{}</style><script src="/static/jquery.js"></script>' in shown
    assert '<tr class="row"><td>CUSTOMER onclick="x"</td></tr>' in shown
    assert "go()" not in shown


@pytest.mark.django_db
def test_the_pages_of_the_queue_obey_the_content_policy() -> None:
    answer = signed_in("Annette", ADMINISTRATOR).get("/queues/nowhere/")

    assert "script-src" not in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
