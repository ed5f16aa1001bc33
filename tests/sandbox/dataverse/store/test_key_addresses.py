"""Alternate keys: what stands between the parentheses of an address, which keys there may be, which rows they allow."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.store.keys import build_index, check_key, finder, index_name, read_key
from integration.sandbox.dataverse.store.model import Key, Table, load_model
from tests.examples import examples
from tests.sandbox.dataverse.writer import Trade, Writer, refused, rolled_back

ID = "0a1b2c3d-0000-4000-8000-0000000000ff"
KEYS = {
    "number": Key("number", ("accountnumber",)),
    "place": Key("place", ("name", "address1_city")),
    "size": Key("size", ("numberofemployees", "parentaccountid")),
    "hold": Key("hold", ("lastonholdtime",)),
    "choice": Key("choice", ("customertypecode",)),
    "broken": Key("broken", ("fax",), active=False),
}
ACCOUNT = dataclasses.replace(load_model()["account"], keys=KEYS)
QUOTED_DECIMAL = dataclasses.replace(load_model()["quotedetail"], keys={"q": Key("q", ("quantity",))})


@pytest.mark.parametrize("key", [ID, ID.upper(), f"accountid={ID}"])
def test_an_id_is_the_key_every_row_has(key: str) -> None:
    assert read_key(ACCOUNT, key) == ID


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("accountnumber='C10000'", {"accountnumber": "C10000"}),
        ("accountnumber = 'C10000' ", {"accountnumber": "C10000"}),
        ("accountnumber='O''Brien'", {"accountnumber": "O'Brien"}),
        ("accountnumber='a,b=c'", {"accountnumber": "a,b=c"}),
        ("name='Adatum',address1_city='Bath'", {"name": "Adatum", "address1_city": "Bath"}),
        ("address1_city='Bath', name='Adatum'", {"name": "Adatum", "address1_city": "Bath"}),
        (f"numberofemployees=5,_parentaccountid_value={ID}", {"numberofemployees": 5, "parentaccountid": ID}),
        ("customertypecode=3", {"customertypecode": 3}),
        ("lastonholdtime=2024-02-29T10:00:00Z", {"lastonholdtime": "2024-02-29T10:00:00Z"}),
        ("accountnumber=''", {"accountnumber": None}),
    ],
)
def test_a_key_is_read_column_by_column(key: str, values: dict[str, Any]) -> None:
    assert read_key(ACCOUNT, key) == values


@pytest.mark.parametrize(
    "key",
    [
        "name='Adatum'", "fax='1'", "colour='red'", "accountnumber='1',name='Adatum'", "name='Adatum',",
        "name='Adatum',address1_city='Bath',", "accountnumber='1',accountnumber='2'", "accountnumber='1' 'x'",
        "parentaccountid=" + ID, "=1", "accountnumber=",
    ],
)  # fmt: skip
def test_what_names_no_key_of_the_table_is_refused(key: str) -> None:
    with refused("0x80060890", "is not valid for resource 'Microsoft.Dynamics.CRM.account'"):
        read_key(ACCOUNT, key)


@pytest.mark.parametrize(
    "key",
    [
        "", "5", "C10000", "'C10000'", ID[:-1], "accountnumber=C10000", "accountnumber=5", "numberofemployees='5'",
        "numberofemployees=five", "numberofemployees=5.5", "_parentaccountid_value=5", f"_parentaccountid_value='{ID}'",
        "customertypecode='Customer'", "lastonholdtime=yesterday", "lastonholdtime='2024-02-29'",
    ],
)  # fmt: skip
def test_a_literal_of_another_type_is_refused(key: str) -> None:
    with refused("0x80060888", "Unrecognized"):
        read_key(ACCOUNT, key)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("accountnumber='" + "9" * 21 + "'", "0x80044331"),
        ("customertypecode=99", "0x8004431a"),
        ("numberofemployees=-1", "0x8004432f"),
        ("lastonholdtime=1752-01-01", "0x80040239"),
    ],
)
def test_a_value_that_the_column_cannot_hold_is_refused_as_in_a_body(key: str, code: str) -> None:
    with refused(code):
        read_key(ACCOUNT, key)


def test_a_decimal_of_a_key_is_read_as_the_column_keeps_it() -> None:
    assert read_key(QUOTED_DECIMAL, "quantity=1.500") == {"quantity": "1.5"}
    with refused("0x80060888"):
        read_key(QUOTED_DECIMAL, "quantity=a lot")


@given(some.text(some.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=10))
@examples(60)
def test_any_text_can_stand_in_a_key_with_its_quotes_doubled(text: str) -> None:
    quoted = text.replace("'", "''")

    assert read_key(ACCOUNT, f"accountnumber='{quoted}'") == {"accountnumber": text}


# --- which keys there may be -----------------------------------------------------------------------------------------


def test_a_key_has_a_name_and_columns_of_its_own() -> None:
    check_key(ACCOUNT, Key("new_mail", ("emailaddress1",)))
    for key in (Key("number", ("emailaddress1",)), Key("new_other", ("address1_city", "name"))):
        with refused("0x80040203", "exists already"):
            check_key(ACCOUNT, key)


def test_a_key_has_at_most_sixteen_columns_and_a_table_at_most_ten_keys() -> None:
    texts = [column.name for column in ACCOUNT.columns.values() if column.type == "String"]
    check_key(ACCOUNT, Key("new_long", tuple(texts[:16])))
    for columns in ((), tuple(texts[:17])):
        with refused("0x80040203", "at most 16 columns"):
            check_key(ACCOUNT, Key("new_long", columns))
    full = dataclasses.replace(ACCOUNT, keys={f"k{at}": Key(f"k{at}", (name,)) for at, name in enumerate(texts[:10])})
    with refused("0x80040203", "at most 10 keys"):
        check_key(full, Key("new_more", (texts[10],)))


@pytest.mark.parametrize("column", ["creditlimit", "creditonhold", "description", "accountid", "statecode", "colour"])
def test_a_column_of_another_type_is_no_part_of_a_key(column: str) -> None:
    with refused("0x80040203", f"'{column}' of 'account' cannot be part of a key"):
        check_key(ACCOUNT, Key("new_key", ("accountnumber", column)))


# --- which rows they allow -------------------------------------------------------------------------------------------


@pytest.fixture
def keyed(writer: Writer) -> Iterator[Table]:
    """Accounts with unique numbers, and unique names within a town."""
    table = dataclasses.replace(writer.table("account"), keys={name: KEYS[name] for name in ("number", "place")})
    before = writer.organization.model["account"]
    writer.organization.model.put(table)
    for key in table.keys.values():
        assert build_index(writer.connection, table, key)
    yield table
    writer.organization.model.put(before)


def test_a_key_keeps_its_rows_apart_whatever_their_spelling(trade: Trade, keyed: Table) -> None:
    trade.account(accountnumber="C10000", address1_city="Bath")

    for number in ("C10000", "c10000", "C10000 ", "Ç10000"):
        with refused("0x80060892", "Entity Key number violated", status=412):
            trade.account("Relecloud", accountnumber=number)
    with refused("0x80060892", "the same value for name, address1_city", status=412):
        trade.account(address1_city="BATH")
    assert trade.account(address1_city="York")


def test_a_change_breaks_a_key_as_a_new_row_does(trade: Trade, keyed: Table) -> None:
    trade.account(accountnumber="C10000")
    other = trade.account("Relecloud", accountnumber="C20000")

    with refused("0x80060892", status=412):
        trade.writer.change("account", other, accountnumber="c10000")
    trade.writer.change("account", other, accountnumber="C30000")


def test_two_rows_of_one_message_break_a_key(trade: Trade, keyed: Table) -> None:
    with refused("0x80060892", status=412):
        trade.writer.create_all(
            "account", {"name": "Adatum", "accountnumber": "1"}, {"name": "Relecloud", "accountnumber": "1"}
        )


def test_rows_with_an_empty_part_are_not_kept_apart(trade: Trade, keyed: Table) -> None:
    assert len({trade.account(), trade.account(), trade.account(accountnumber="")}) == 3


def test_a_row_is_found_by_the_values_of_its_key(trade: Trade, keyed: Table) -> None:
    find = finder(lambda: trade.writer.connection)
    firm = trade.account(accountnumber="C10000", address1_city="Bath")

    assert find(keyed, {"accountnumber": "c10000 "}) == firm
    assert find(keyed, {"name": "ADATUM CORPORATION", "address1_city": "bath"}) == firm
    assert find(keyed, {"accountnumber": "C1000"}) is None
    assert find(keyed, {"accountnumber": None}) is None


def test_a_key_over_rows_that_are_alike_is_not_built(trade: Trade) -> None:
    trade.account(fax="0121")
    trade.account(fax="0121 ")
    key = Key("new_fax", ("fax",))

    assert build_index(trade.writer.connection, ACCOUNT, key) is False
    names = trade.writer.values("SELECT name FROM sqlite_master WHERE name = ?", index_name(ACCOUNT, key))
    assert names == []


@given(
    some.lists(some.tuples(some.text("abAB é", max_size=2), some.sampled_from(["Bath", "bath", "York"])), max_size=6)
)
@examples(25)
def test_any_rows_are_taken_exactly_while_no_key_is_there_twice(
    in_process: Organization, rows: list[tuple[str, str]]
) -> None:
    table = dataclasses.replace(load_model()["account"], keys={"place": KEYS["place"]})
    kept: set[tuple[str, str]] = set()
    with rolled_back(in_process) as writer:
        assert build_index(writer.connection, table, KEYS["place"])
        for name, city in rows:
            plain = name.lower().replace("é", "e").rstrip(" "), city.lower()
            if name and plain in kept:
                with refused("0x80040237", status=412):  # the model of the organization knows no key of this name
                    writer.create("account", name=name, address1_city=city)
            else:
                writer.create("account", name=name, address1_city=city)
            if name:
                kept.add(plain)


def test_a_decimal_has_one_spelling_in_a_key() -> None:
    assert read_key(QUOTED_DECIMAL, "quantity=2") == read_key(QUOTED_DECIMAL, "quantity=2.00000")
    assert Decimal(str(read_key(QUOTED_DECIMAL, "quantity=0.1")["quantity"])) == Decimal("0.1")  # type: ignore[index]
