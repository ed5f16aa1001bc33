"""Whatever comes in is answered or refused; nothing makes the organization fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse.store.model import load_model
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.store.any_input import ANYTHING, SETTINGS, fine

MODEL = load_model()
KEYS = st.sampled_from(
    [*MODEL["account"].properties, *(f"{name}@odata.bind" for name in MODEL["account"].navigation), "@odata.type",
     "@odata.id", "ownerid", "contact_customer_accounts", ""]
)  # fmt: skip
PIECES = st.sampled_from(
    ["accounts", "(", ")", "/", "$count", "$ref", "$value", "EntityDefinitions", "LogicalName='account'", "Attributes",
     "Microsoft.Dynamics.CRM.CreateMultiple", "name", "WhoAmI", "primarycontactid", "contact_customer_accounts", "?",
     "$filter=", "$apply=", "fetchXml=", "filter", "groupby", "aggregate",
     "$count as n", "$select=", "$expand=", "$orderby=", "$top=", "$skiptoken=", "$deltatoken=", "&", "=", ",", "'",
     " eq ", " and ", "not ", "null", "5", "1e99", "99999999999999999999", "2024-01-31",
     "00000000-0000-0000-0000-000000000001", "@p1", "é", "%", "systemusers", "systemuserroles_association"]
)  # fmt: skip


WORDS = st.sampled_from(
    ["account", "contact", "name", "accountid", "parentcustomerid", "numberofemployees", "creditlimit", "ownerid",
     "lastonholdtime", "true", "1", "0", "x", "count", "sum", "eq", "ne", "in", "null", "like", "last-x-days", "on",
     "eq-userid", "between", "outer", "any", "exists", "or", "5", "99999999999", "2026-01-31", "month", "", "é'\"<"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["name", "attribute", "operator", "value", "alias", "aggregate", "groupby", "dategrouping", "distinct", "from",
     "to", "link-type", "type", "entityname", "valueof", "descending", "top", "page", "count", "paging-cookie"]
)  # fmt: skip
TAGS = st.sampled_from(
    ["fetch", "entity", "attribute", "all-attributes", "no-attrs", "order", "filter", "condition", "value",
     "link-entity"]
)  # fmt: skip
ELEMENTS = st.recursive(
    st.builds(lambda tag, given: ElementTree.Element(tag, given), TAGS, st.dictionaries(NAMES, WORDS, max_size=5)),
    lambda inner: st.builds(
        lambda tag, given, children: _holding(ElementTree.Element(tag, given), children),
        TAGS, st.dictionaries(NAMES, WORDS, max_size=4), st.lists(inner, max_size=4),
    ),
    max_leaves=8,
)  # fmt: skip


def _holding(element: ElementTree.Element, children: list[ElementTree.Element]) -> ElementTree.Element:
    element.extend(children)
    return element


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """An organization that may be filled with nonsense."""
    running = Sandbox(Options(str(tmp_path_factory.mktemp("nonsense") / "organization.sqlite3")))
    running.start()
    yield Caller(running.ready)
    running.stop()


@given(st.dictionaries(KEYS, ANYTHING, max_size=6))
@SETTINGS
def test_any_row_is_taken_or_refused(call: Caller, body: dict[str, Any]) -> None:
    assert fine(call("POST", "accounts", body))


@given(ANYTHING | st.lists(st.dictionaries(KEYS, ANYTHING, max_size=3), max_size=3))
@SETTINGS
def test_any_list_of_targets_is_taken_or_refused(call: Caller, targets: Any) -> None:
    for message in ("CreateMultiple", "UpdateMultiple", "UpsertMultiple"):
        assert fine(call("POST", f"accounts/Microsoft.Dynamics.CRM.{message}", {"Targets": targets}))


@given(st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE"]), st.lists(PIECES, max_size=8))
@SETTINGS
def test_any_address_is_answered_or_refused(call: Caller, method: str, pieces: list[str]) -> None:
    address = quote("".join(pieces), safe="()/$?&='@,%")
    if method == "DELETE" and "systemuser" in address:
        return

    assert fine(call(method, address, {} if method != "GET" else None))


@given(st.binary(max_size=200) | st.lists(PIECES, max_size=10).map(lambda pieces: "\r\n".join(pieces).encode()))
@SETTINGS
def test_any_batch_is_answered_or_refused(call: Caller, inside: bytes) -> None:
    body = b"--b\r\nContent-Type: application/http\r\n\r\n" + inside + b"\r\n--b--\r\n"

    answer = call.http.post(
        f"{call.root}$batch", data=body, headers={"Content-Type": "multipart/mixed; boundary=b"}, timeout=10
    )

    assert fine(answer)


@given(st.lists(ELEMENTS, max_size=4), st.dictionaries(NAMES, WORDS, max_size=2))
@SETTINGS
def test_any_fetchxml_is_answered_or_refused(
    call: Caller, inside: list[ElementTree.Element], given: dict[str, str]
) -> None:
    root = ElementTree.Element("fetch", given)
    _holding(ElementTree.SubElement(root, "entity", {"name": "account"}), inside)

    assert fine(call("GET", "accounts?fetchXml=" + quote(ElementTree.tostring(root, encoding="unicode"))))


@given(st.text(max_size=60))
@SETTINGS
def test_any_text_for_fetchxml_is_answered_or_refused(call: Caller, text: str) -> None:
    assert fine(call("GET", "accounts?fetchXml=" + quote(text)))


@pytest.mark.parametrize("name", ["InsertOptionValue", "UpdateOptionValue", "PublishXml", "PublishAllXml"])
@given(ANYTHING)
@SETTINGS
def test_any_argument_is_taken_or_refused(call: Caller, name: str, value: Any) -> None:
    column = {"EntityLogicalName": "account", "AttributeLogicalName": "paymenttermscode"}

    assert fine(call("POST", name, {**column, "Value": value, "Label": value, "ParameterXml": value}))
    assert fine(call("POST", name, {"EntityLogicalName": value, "AttributeLogicalName": value}))


def test_half_a_letter_is_no_text(call: Caller) -> None:
    body = b'{"name": "\\ud83d"}'

    answer = call.http.post(f"{call.root}accounts", data=body, timeout=10)

    assert answer.status_code == 400
    whole = call.http.post(f"{call.root}accounts", data=b'{"name": "\\ud83d\\ude00"}', timeout=10)
    assert call.get(whole.headers["OData-EntityId"])["name"] == "😀"


def test_a_filter_of_more_than_a_thousand_terms_is_answered(call: Caller) -> None:
    where = "+or+".join(f"fax+eq+'{number}'" for number in range(1500))

    assert call("GET", f"accounts?$select=name&$filter={where}").status_code == 200


def test_bodies_are_read_exactly_once(call: Caller) -> None:
    answer = call.http.post(f"{call.root}accounts", data=json.dumps({"name": "A", "fax": "1"}).encode(), timeout=10)

    assert answer.status_code == 204
