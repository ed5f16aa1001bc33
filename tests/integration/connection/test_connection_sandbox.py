"""The connection against a running sandbox, over HTTP: what is told when something is wrong, what enabling finds."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integration import checks
from integration.checks.contents import mappings
from integration.connection.enabling import enable, findings_of
from integration.connection.findings import NotReady
from integration.connection.live_systems import LiveSystems
from integration.connection.systems import Connected
from integration.defaults import STANDARD, MappingDefault
from integration.mappings.build_rule import build_rule
from integration.mappings.requirements import WHAT, needed
from integration.mappings.standard import create_missing
from integration.models import CachedText, ConnectionSetup, TableMapping
from integration.sync.rules import Reference
from integration.systems.findings import Finding, Severity
from integration.systems.values import FieldType, Side
from tests.opened import opened
from tests.organization import fill_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(ready: dict[str, Any], settings: Settings) -> ConnectionSetup:
    """Connection Setup as a person fills it in for the sandbox."""
    settings.DEVELOPMENT = True
    return fill_in(ready)


def wrong(setup: ConnectionSetup) -> dict[str, str]:
    return {finding.what: finding.message for finding in findings_of(setup) if not finding.ok}


def test_the_sandbox_is_enabled_and_says_who_it_is(connection: ConnectionSetup) -> None:
    created = enable(connection)
    connection.refresh_from_db()
    assert (connection.organization_name, connection.is_enabled) == ("Contoso Sales", True)
    assert connection.organization_version
    assert connection.user_name
    assert len(created) == len(STANDARD)


def test_what_is_remembered_of_a_sign_in_is_encrypted(connection: ConnectionSetup) -> None:
    findings_of(connection)
    kinds = {row.key.partition(":")[0] for row in CachedText.objects.all()}
    assert kinds == {"token", "metadata"}
    for text in CachedText.objects.values_list("text", flat=True):
        assert text.token.startswith("gAAAA")


@pytest.mark.parametrize(
    ("column", "typed", "what"),
    [
        ("client_secret", "not the secret", "Client secret"),
        ("client_id", "00000000-0000-0000-0000-000000000001", "Client id"),
        ("url", "http://127.0.0.1:9", "Address"),
    ],
)
def test_each_wrong_entry_is_told_by_its_caption(
    connection: ConnectionSetup, column: str, typed: str, what: str
) -> None:
    setattr(connection, column, typed)
    assert list(wrong(connection)) == [what]
    with pytest.raises(NotReady):
        enable(connection)
    assert not connection.is_enabled


def test_a_token_endpoint_of_a_tenant_that_is_none_is_told(connection: ConnectionSetup, ready: dict[str, Any]) -> None:
    connection.token_endpoint = ready["token_endpoint"].replace(ready["tenant"], "0b5a4c8e-0000-4000-8000-000000000000")
    assert list(wrong(connection)) == ["Tenant"]


@pytest.mark.parametrize(("client", "what"), [("no_user", "Integration user"), ("no_role", "Roles")])
def test_a_stranger_and_a_user_without_a_role_are_told_apart(
    connection: ConnectionSetup, ready: dict[str, Any], client: str, what: str
) -> None:
    connection.client_id = ready["clients"][client]["client_id"]
    connection.client_secret = ready["clients"][client]["client_secret"]
    assert list(wrong(connection)) == [what]


LATER = {"sales_invoice_header", "sales_invoice_line", "sales_header"}
"""Documents that the embedded company does not have yet."""


@pytest.mark.parametrize("default", STANDARD, ids=lambda default: default.name)
def test_every_standard_mapping_fits_the_company_and_the_organization(
    connection: ConnectionSetup, default: MappingDefault
) -> None:
    create_missing()
    with opened(even_disabled=True) as connected:
        fits(default, connected)


def fits(default: MappingDefault, connected: Connected) -> None:
    if default.erp_table in LATER:
        known = connected.crm.describe(default.crm_table).fields
        assert {field.crm_field for field in default.fields if field.enabled and field.crm_field} <= set(known)
    else:
        rule = build_rule(TableMapping.objects.get(name=default.name), connected.erp, connected.crm)
        assert len(rule.fields) == sum(field.enabled for field in default.fields)
        for field in rule.fields:
            kinds = {found.type for side in Side if (found := rule.field(side, field)) is not None}
            translated = kinds in ({FieldType.REFERENCE}, {FieldType.REFERENCE, FieldType.OPTION})
            assert (field.reference is not None) is translated, field


def test_references_of_a_price_go_through_their_own_mappings(connection: ConnectionSetup) -> None:
    create_missing()
    with opened(even_disabled=True) as connected:
        rule = build_rule(TableMapping.objects.get(name="SALESPRC-PRODPRICE"), connected.erp, connected.crm)
    assert {field.key: field.reference for field in rule.fields if field.reference} == {
        "sales_code:pricelevelid": Reference("customer_price_group", "pricelevel"),
        "item_no:productid": Reference("item", "product"),
        "currency_code:transactioncurrencyid": Reference("currency", "transactioncurrency"),
    }


def test_a_rule_asks_the_organization_for_nothing_once_its_columns_are_known(connection: ConnectionSetup) -> None:
    create_missing()
    mapping = TableMapping.objects.get(name="CUSTOMER")
    for _ in range(2):
        with opened(even_disabled=True) as connected:
            build_rule(mapping, connected.erp, connected.crm)
            asked = connected.crm.session.requests
    assert asked == 0


def test_the_default_filters_count_the_demo_organization(connection: ConnectionSetup) -> None:
    create_missing()
    with LiveSystems() as live:
        customer = TableMapping.objects.get(name="CUSTOMER")
        count = live.count(Side.CRM, customer.crm_table, customer.crm_filter)
        assert (count.number or 0) > 10, count.text
        assert live.problems == {}


def looked(connection: ConnectionSetup) -> list[Finding]:
    """What the preflight says of tables, columns and privileges."""
    with opened(even_disabled=True) as connected:
        return list(mappings(connection, connected))


def test_the_demo_organization_has_what_all_standard_mappings_need_before_and_after_enabling(
    connection: ConnectionSetup,
) -> None:
    before = looked(connection)
    enable(connection)
    for found in (before, looked(connection)):
        assert [(one.severity, one.what) for one in found] == [(Severity.FINE, WHAT)], found


def test_a_column_that_a_mapping_needs_and_sales_does_not_have_is_named(connection: ConnectionSetup) -> None:
    enable(connection)
    TableMapping.objects.get(name="CUSTOMER").fields.create(
        erp_field="name_2", crm_field="wing_nickname", direction="both", position=900
    )
    [one] = looked(connection)
    assert (one.code, one.severity, one.what) == ("column-missing", Severity.ERROR, "CUSTOMER")
    assert one.message == "Account has no column “wing_nickname” any more."


def test_without_sales_only_the_base_mappings_are_asked_for(connection: ConnectionSetup) -> None:
    connection.sales_enabled = False
    names = {one.mapping for one in needed(connection)}
    assert "CUSTOMER" in names
    assert "ITEM-PRODUCT" not in names


def test_an_organization_that_does_not_answer_is_one_finding(connection: ConnectionSetup) -> None:
    connection.url = "http://127.0.0.1:9"
    [one] = [one for one in checks.required(connection) if one.code != "disabled"]
    assert (one.code, one.severity) == ("unreachable", Severity.ERROR)
