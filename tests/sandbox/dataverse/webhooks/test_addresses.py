"""Secrets and addresses of webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.dataverse.webhooks.listener import SETTINGS, Listener


@pytest.mark.parametrize("kind", [5, 6])
def test_a_webhook_may_be_called_with_a_header_or_a_query_of_its_own(listener: Listener, kind: int) -> None:
    listener.step("Create", endpoint=listener.endpoint(authtype=kind, authvalue=SETTINGS.format("x-adatum", "s3c ret")))

    listener.call.create("accounts", name="Adatum")

    asked = listener.next()
    if kind == 5:
        assert (asked.path, asked.headers["x-adatum"]) == ("/hook", "s3c ret")
    else:
        assert asked.path == "/hook?x-adatum=s3c+ret"


def test_the_secret_is_written_and_never_read(listener: Listener) -> None:
    row = listener.endpoint()

    found = listener.call.get(f"serviceendpoints({row})")

    assert (found["authvalue"], found["isauthvalueset"]) == (None, True)
    assert "s3cret" not in listener.call("GET", f"serviceendpoints({row})?$select=authvalue").text
    assert listener.call.rows("serviceendpoints?$filter=authvalue eq 's3cret'") == []


def test_a_new_secret_is_used_from_then_on(listener: Listener) -> None:
    endpoint = listener.endpoint()
    listener.step("Create", endpoint=endpoint)

    assert listener.call("PATCH", f"serviceendpoints({endpoint})", {"authvalue": "n3w"}).status_code == 204
    listener.call.create("accounts", name="Adatum")

    assert listener.next().path == "/hook?code=n3w"


@pytest.mark.parametrize("url", [
    "http://adatum.example/hook", "http://10.0.0.1/hook", "ftp://127.0.0.1/", "https://", "127.0.0.1/hook", None,
    "https://user:word@adatum.example/", "http://127.0.0.1:port/",
])  # fmt: skip
def test_only_https_or_this_machine_is_called(listener: Listener, url: str | None) -> None:
    body = {"name": "Adatum", "contract": 8, "url": url, "authtype": 4, "authvalue": "s3cret"}

    assert listener.call.refusal("POST", "serviceendpoints", body) == (400, "0x80040203")
    safe = listener.endpoint(url="https://adatum.example/hook?company=CRONUS")
    assert listener.call.refusal("PATCH", f"serviceendpoints({safe})", {"url": url}) == (400, "0x80040203")


@pytest.mark.parametrize(("given", "code"), [
    ({"contract": 7}, (501, "0x80040203")), ({"authtype": 2}, (400, "0x80040203")),
    ({"authvalue": None}, (400, "0x80040203")), ({"authtype": 5, "authvalue": "plain"}, (400, "0x80040203")),
    ({"authtype": 5, "authvalue": "<settings/>"}, (400, "0x80040203")),
    ({"authtype": 6, "authvalue": "<!DOCTYPE x><settings/>"}, (400, "0x80040203")),
    ({"authtype": 5, "authvalue": SETTINGS.format("x", "a&#10;b")}, (400, "0x80040203")),
])  # fmt: skip
def test_an_endpoint_that_cannot_be_called_is_refused(
    listener: Listener, given: dict[str, Any], code: tuple[int, str]
) -> None:
    body = {"name": "Adatum", "contract": 8, "url": "https://adatum.example", "authtype": 4, "authvalue": "s3cret"}

    assert listener.call.refusal("POST", "serviceendpoints", {**body, **given}) == code


def test_an_endpoint_somebody_listens_at_stays(listener: Listener) -> None:
    endpoint = listener.endpoint()
    step = listener.step("Create", endpoint=endpoint)

    assert listener.call.refusal("DELETE", f"serviceendpoints({endpoint})") == (405, "0x80040227")
    assert listener.call("DELETE", f"sdkmessageprocessingsteps({step})").status_code == 204
    assert listener.call("DELETE", f"serviceendpoints({endpoint})").status_code == 204


def test_steps_are_asynchronous_and_come_after_the_operation(listener: Listener) -> None:
    step = f"sdkmessageprocessingsteps({listener.step('Create')})"

    assert listener.call.refusal("PATCH", step, {"mode": 0})[0] == 501
    assert listener.call.refusal("PATCH", step, {"stage": 20})[0] == 501
    assert listener.call("PATCH", step, {"statecode": 1}).status_code == 204
    listener.call.create("accounts", name="Adatum")
    assert listener.quiet()
