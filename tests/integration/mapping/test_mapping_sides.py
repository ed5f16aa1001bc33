"""A mapping, one of its fields and the open connection say what they have on a side."""

import pytest

from integration.connection.systems import Connected
from integration.models import FieldMapping, TableMapping
from integration.sync.rules import Context, Direction
from integration.systems.memory import MemorySystem
from integration.systems.values import Side, Table, is_option_table, split_option_table

CUSTOMER = TableMapping(
    name="CUSTOMER", erp_table="customer", crm_table="account",
    erp_filter="no = 10000", crm_filter="statecode = 0", erp_cursor="17", crm_cursor="W/4711",
)  # fmt: skip


@pytest.mark.parametrize(
    ("side", "table", "where", "cursor"),
    [(Side.ERP, "customer", "no = 10000", "17"), (Side.CRM, "account", "statecode = 0", "W/4711")],
)
def test_a_mapping_says_its_table_filter_and_cursor_of_a_side(side: Side, table: str, where: str, cursor: str) -> None:
    assert (CUSTOMER.table(side), CUSTOMER.filter(side), CUSTOMER.cursor(side)) == (table, where, cursor)


def test_a_field_mapping_says_its_field_of_a_side() -> None:
    pair = FieldMapping(erp_field="phone_no", crm_field="telephone1")
    assert [pair.field(side) for side in Side] == ["phone_no", "telephone1"]


def test_a_connection_gives_the_system_of_a_side_and_the_two_of_a_pass() -> None:
    erp, crm = MemorySystem(Side.ERP, []), MemorySystem(Side.CRM, [])
    connected = Connected(erp, crm, Context())
    assert [connected.system(side) for side in Side] == [erp, crm]
    assert connected.source_and_destination(Direction.TO_ERP) == (crm, erp)


@pytest.mark.parametrize(
    ("name", "parts"), [("account", ("account", "")), ("account.paymenttermscode", ("account", "paymenttermscode"))]
)
def test_an_option_column_is_known_from_a_table_by_its_name(name: str, parts: tuple[str, ...]) -> None:
    is_option = bool(parts[1])
    assert split_option_table(name) == parts
    assert is_option_table(name) is is_option
    assert Table(name, "Payment Terms", {}).is_option is is_option
    assert TableMapping(crm_table=name).is_option is is_option


@pytest.mark.parametrize(("side", "direction"), [(Side.ERP, Direction.TO_CRM), (Side.CRM, Direction.TO_ERP)])
def test_a_pass_away_from_a_side_reads_that_side(side: Side, direction: Direction) -> None:
    assert Direction.away_from(side) is direction
    assert direction.source is side
