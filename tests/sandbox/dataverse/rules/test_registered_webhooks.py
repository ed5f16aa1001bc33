"""Webhooks as rows: which addresses, secrets and steps are taken."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sandbox.dataverse.rules.endpoints import secret_of
from tests.sandbox.dataverse.writer import NOBODY, Writer, refused

KEY, HEADERS, QUERY = 4, 5, 6
SETTINGS = '<settings><setting name="x-key" value="s3cret" /></settings>'
WHOLE = {
    "name": "Litware",
    "contract": 8,
    "url": "https://litware.example/hook",
    "authtype": KEY,
    "authvalue": "s3cret",
}


def endpoint(writer: Writer, **values: Any) -> str:
    return writer.create("serviceendpoint", **{**WHOLE, **values})


@pytest.mark.parametrize(
    "url",
    [
        "https://litware.example", "https://litware.example:8443/a?b=c", "http://localhost:8000/hook",
        "http://127.0.0.1:1/", "http://[::1]:8000/", "https://10.0.0.5/",
    ],
)  # fmt: skip
def test_a_webhook_is_called_by_https_or_on_this_machine(writer: Writer, url: str) -> None:
    assert writer.row("serviceendpoint", endpoint(writer, url=url))["url"] == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "litware.example", "http://litware.example", "ftp://litware.example", "https://", "https://a:b",
        "https://user:pass@litware.example", "https://litware.example/#part", "http://[::1", "http://10.0.0.5/",
        "javascript:alert(1)", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_address_that_is_in_the_clear_or_none_is_refused(writer: Writer, url: str | None) -> None:
    with refused("0x80040203"):
        endpoint(writer, url=url)
    row = endpoint(writer)
    with refused("0x80040203"):
        writer.change("serviceendpoint", row, url=url)


@pytest.mark.parametrize("kind", [HEADERS, QUERY])
@pytest.mark.parametrize(
    "value",
    [
        "s3cret", "<settings/>", "<settings><setting value='x'/></settings>", "<other><setting name='a'/></other>",
        "<settings><setting name='a' value='b", '<!DOCTYPE x><settings><setting name="a" value="b"/></settings>',
        "<settings><setting name='a&#10;b' value='c'/></settings>",
        "<settings><setting name='a' value='c&#13;'/></settings>",
    ],
)  # fmt: skip
def test_headers_and_query_parameters_are_given_as_settings(writer: Writer, kind: int, value: str) -> None:
    with refused("0x80040203"):
        endpoint(writer, authtype=kind, authvalue=value)
    assert endpoint(writer, authtype=kind, authvalue=SETTINGS)


@pytest.mark.parametrize("body", [{"authvalue": None}, {"authvalue": ""}, {"authtype": None}, {"authtype": 1}])
def test_a_webhook_has_a_way_to_show_who_calls(writer: Writer, body: dict[str, Any]) -> None:
    if body.get("authtype") == 1 and 1 not in writer.table("serviceendpoint").columns["authtype"].options:
        with refused("0x8004431a"):
            endpoint(writer, **body)
        return
    with refused("0x80040203"):
        endpoint(writer, **body)


@pytest.mark.parametrize("contract", [1, 2, 7])
def test_endpoints_other_than_webhooks_are_not_offered(writer: Writer, contract: int) -> None:
    known = contract in writer.table("serviceendpoint").columns["contract"].options
    with refused("0x80040203" if known else "0x8004431a", status=501 if known else 400):
        endpoint(writer, contract=contract)


def test_a_secret_is_kept_beside_the_table_and_goes_with_its_endpoint(writer: Writer) -> None:
    row = endpoint(writer)
    kept = writer.row("serviceendpoint", row)

    assert "s3cret" not in str(kept)
    assert kept["isauthvalueset"] == 1
    assert secret_of(writer.connection, row) == "s3cret"
    writer.change("serviceendpoint", row, authvalue="n3w")
    assert secret_of(writer.connection, row) == "n3w"
    writer.delete("serviceendpoint", row)
    assert secret_of(writer.connection, row) is None


def test_another_way_to_call_needs_another_secret_and_another_address_does_not(writer: Writer) -> None:
    row = endpoint(writer)

    writer.change("serviceendpoint", row, url="https://coho.example", name="Coho")
    assert secret_of(writer.connection, row) == "s3cret"
    with refused("0x80040203", "authvalue"):
        writer.change("serviceendpoint", row, authtype=HEADERS)
    with refused("0x80040203"):
        writer.change("serviceendpoint", row, authtype=HEADERS, authvalue="s3cret")
    writer.change("serviceendpoint", row, authtype=HEADERS, authvalue=SETTINGS)
    assert secret_of(writer.connection, row) == SETTINGS


def step(writer: Writer, **values: Any) -> str:
    whole = {"name": "Orders", "mode": 1, "stage": 40, "rank": 1, "supporteddeployment": 0}
    return writer.create("sdkmessageprocessingstep", **{**whole, **values})


@pytest.fixture
def messages(writer: Writer) -> dict[str, str]:
    return {name: writer.create("sdkmessage", name=name) for name in ("Create", "Update", "Delete", "Assign", "Merge")}


@pytest.mark.parametrize("name", ["Create", "Update", "Delete"])
def test_a_step_listens_to_changes_of_rows(writer: Writer, messages: dict[str, str], name: str) -> None:
    hook = endpoint(writer)

    made = step(writer, eventhandler_serviceendpoint=hook, sdkmessageid=messages[name])

    assert writer.row("sdkmessageprocessingstep", made)["sdkmessageid"] == messages[name]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"mode": 0}, 501),
        ({"stage": 20}, 501),
        ({"sdkmessageid": "Assign"}, 501),
        ({"sdkmessageid": "Merge"}, 501),
        ({"sdkmessageid": None}, 400),
        ({"eventhandler_serviceendpoint": None}, 400),
    ],
)
def test_a_step_of_another_kind_is_refused_when_it_is_made_and_when_it_is_changed(
    writer: Writer, messages: dict[str, str], body: dict[str, Any], status: int
) -> None:
    found = {name: messages.get(str(value), value) for name, value in body.items()}
    good = {"eventhandler_serviceendpoint": endpoint(writer), "sdkmessageid": messages["Update"]}

    with refused("0x80040203", status=status):
        step(writer, **{**good, **found})
    row = step(writer, **good)
    with refused("0x80040203", status=status):
        writer.change("sdkmessageprocessingstep", row, **found)


def test_the_filter_of_a_step_belongs_to_its_message(writer: Writer, messages: dict[str, str]) -> None:
    filters = {
        name: writer.create("sdkmessagefilter", sdkmessageid=messages[name], primaryobjecttypecode="account")
        for name in ("Create", "Update")
    }
    good = {"eventhandler_serviceendpoint": endpoint(writer), "sdkmessageid": messages["Update"]}

    with refused("0x80040203", "another message"):
        step(writer, **good, sdkmessagefilterid=filters["Create"])
    row = step(writer, **good, sdkmessagefilterid=filters["Update"])
    with refused("0x80040203", "another message"):
        writer.change("sdkmessageprocessingstep", row, sdkmessageid=messages["Create"])
    with refused("0x80040217", status=404):
        step(writer, **good, sdkmessagefilterid=NOBODY)


def test_an_endpoint_stays_while_a_step_calls_it(writer: Writer, messages: dict[str, str]) -> None:
    hook = endpoint(writer)
    row = step(writer, eventhandler_serviceendpoint=hook, sdkmessageid=messages["Update"])

    with writer.undone() as one, refused("0x80040227", status=405):
        one.delete("serviceendpoint", hook)
    writer.delete("sdkmessageprocessingstep", row)
    writer.delete("serviceendpoint", hook)
    assert not writer.there("serviceendpoint", hook)
