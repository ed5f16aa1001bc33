"""Text in the sandbox is the same where the service's database takes it for the same, and as long as it counts it."""

from __future__ import annotations

import unicodedata
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sandbox.dataverse.store.folding import folded, units
from tests.sandbox.conftest import Caller

SAME = [
    ("CAFÉ NOIR", "cafe noir"),
    ("Café Noir", "Cafe\u0301 Noir"),
    ("Müller & Söhne", "MULLER & SOHNE"),
    ("Adatum", "Adatum  "),
    ("Adatum Corporation", "Adatum\u00a0Corporation"),
    ("ＡＤＡＴＵＭ", "Adatum"),
    ("Straße", "STRASSE"),
]
DIFFERENT = [("Adatum", " Adatum"), ("Adatum", "Adatum-"), ("A B", "AB"), ("o", "0")]


def tag() -> str:
    return uuid.uuid4().hex[:8]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_filter_finds_what_the_service_takes_for_the_same(call: Caller, one: str, other: str) -> None:
    mark = tag()
    call.create("accounts", name=f"{mark} {one}")

    for text in (one, other):
        literal = f"{mark} {text}".replace("&", "%26")
        assert len(call.rows(f"accounts?$select=name&$filter=name eq '{literal}'")) == 1
        assert len(call.rows(f"accounts?$select=name&$filter=startswith(name,'{literal.rstrip()}')")) == 1
        listed = f"Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=[\"{literal}\"])"
        assert len(call.rows(f"accounts?$select=name&$filter={listed}")) == 1
    literal = f"{mark} {other}".replace("&", "%26")
    assert call.rows(f"accounts?$filter=startswith(name,'{mark}') and name ne '{literal}'") == []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_filter_does_not_find_what_is_another_text(call: Caller, one: str, other: str) -> None:
    mark = tag()
    call.create("accounts", name=f"{one}{mark}")

    assert call.rows(f"accounts?$filter=name eq '{other}{mark}'") == []


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_product_number_is_taken_by_every_spelling(administrator: Caller, one: str, other: str) -> None:
    mark = tag()
    group = administrator.rows("uomschedules?$top=1&$select=uomscheduleid")[0]["uomscheduleid"]
    unit = administrator.rows(f"uoms?$filter=_uomscheduleid_value eq {group}&$top=1&$select=uomid")[0]["uomid"]
    rows = [
        {
            "name": "Bicycle",
            "productnumber": f"{mark} {text}",
            "quantitydecimal": 2,
            "defaultuomid@odata.bind": f"/uoms({unit})",
            "defaultuomscheduleid@odata.bind": f"/uomschedules({group})",
        }
        for text in (one, other)
    ]
    assert administrator("POST", "products", rows[0]).status_code == 204

    assert administrator.refusal("POST", "products", rows[1]) == (400, "0x80043b06")


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_price_list_s_name_is_taken_by_every_spelling(administrator: Caller, one: str, other: str) -> None:
    mark = tag()
    administrator.create("pricelevels", name=f"{mark} {one}")

    assert administrator.refusal("POST", "pricelevels", {"name": f"{mark} {other}"}) == (400, "0x80043b0f")


@pytest.mark.parametrize("sign", ["\x00", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_the_service_cannot_keep_is_refused(call: Caller, sign: str) -> None:
    answer = call("POST", "accounts", {"name": f"Ada{sign}tum"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "0x80040278")
    assert "'name'" in answer.json()["error"]["message"]


@pytest.mark.parametrize("sign", ["\t", "\n", "\r", "\x7f", "\u0085", "\ufffd", "\U0001f600"])
def test_every_other_character_is_kept(call: Caller, sign: str) -> None:
    row = call.create("accounts", name="Adatum", description=f"a{sign}b")

    assert call.get(f"accounts({row})?$select=description")["description"] == f"a{sign}b"


def test_a_name_of_emojis_is_twice_as_long(call: Caller) -> None:
    assert call("POST", "accounts", {"name": "😀" * 80}).status_code == 204
    assert call.refusal("POST", "accounts", {"name": "😀" * 80 + "a"}) == (400, "0x80044331")
    assert units("😀a") == 3


@given(st.text())
def test_however_a_text_is_composed_it_is_the_same(text: str) -> None:
    forms = {folded(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}

    assert forms == {folded(text)}
    assert folded(folded(text)) == folded(text)
    assert folded(text + "  ") == folded(text)
