"""A table as the organization describes it: read once, kept for everybody, read again when it changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.metadata import Metadata
from integration.dataverse.session import MemoryCache
from integration.dataverse.store import SalesOrganization
from integration.systems.errors import FieldMissing, Refused, TableMissing
from integration.systems.filters import Comparison
from integration.systems.values import FieldType, Ref, Row, option_id
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import relay

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def organization(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    found = joined(sandbox)
    yield found
    found.close()


def joined(sandbox: dict[str, Any], cache: MemoryCache | None = None) -> SalesOrganization:
    return connect(
        sandbox["url"], sandbox["tenant"], sandbox["client_id"], sandbox["client_secret"], sandbox["token_endpoint"],
        metadata_cache=cache,
    )  # fmt: skip


def test_an_account_has_its_columns_with_types_lengths_and_ranges(organization: SalesOrganization) -> None:
    table = organization.describe("account")

    assert (table.name, table.label, table.name_field, table.number_field) == (
        "account", "Account", "name", "accountnumber",
    )  # fmt: skip
    assert table.tracks_changes
    name, credit = table.fields["name"], table.fields["creditlimit"]
    assert (name.type, name.max_length, name.label) == (FieldType.TEXT, 160, "Account Name")
    assert (credit.type, credit.minimum) == (FieldType.DECIMAL, Decimal(0))
    assert credit.scale is not None
    assert credit.maximum is not None
    assert table.fields["description"].type is FieldType.MEMO
    assert table.fields["numberofemployees"].type is FieldType.INTEGER
    assert table.fields["creditonhold"].type is FieldType.BOOLEAN
    assert table.fields["lastonholdtime"].type is FieldType.DATETIME
    assert table.fields["accountid"].type is FieldType.UUID


def test_options_states_and_references_come_with_what_they_may_hold(organization: SalesOrganization) -> None:
    fields = organization.describe("account").fields

    assert {o.value: o.label for o in fields["customertypecode"].options}[3] == "Customer"
    assert {o.value: o.label for o in fields["statecode"].options} == {0: "Active", 1: "Inactive"}
    assert fields["parentaccountid"].targets == ("account",)
    assert set(fields["ownerid"].targets) == {"systemuser", "team"}
    assert not fields["modifiedon"].updatable


def test_a_column_of_two_values_has_their_words(organization: SalesOrganization) -> None:
    fields = organization.describe("systemuser").fields

    assert fields["isdisabled"].words == ("Enabled", "Disabled")
    assert fields["islicensed"].words == ("No", "Yes")
    assert fields["fullname"].words == ("No", "Yes")


def test_the_kind_of_a_customer_is_a_field_that_is_only_read(organization: SalesOrganization) -> None:
    field = organization.describe("contact").fields["parentcustomeridtype"]

    assert field.type is FieldType.TABLE


def test_a_date_without_time_is_a_date_however_it_travels(organization: SalesOrganization) -> None:
    entity = organization.metadata.entity("pricelevel")

    assert entity.table.fields["begindate"].type is FieldType.DATE
    assert "begindate" in entity.shown_as_date


def test_the_organization_says_which_tables_have_bulk_messages(organization: SalesOrganization) -> None:
    assert "CreateMultiple" in organization.metadata.entity("account").messages
    assert organization.metadata.entity("annotation").messages == frozenset()


def test_a_table_costs_two_metadata_requests_and_no_other(organization: SalesOrganization) -> None:
    organization.describe("account")

    assert (organization.session.metadata_requests, organization.requests) == (2, 0)


def test_the_next_table_costs_one_more_and_a_known_one_nothing(organization: SalesOrganization) -> None:
    organization.describe("account")
    organization.describe("contact")
    organization.describe("account")

    assert organization.session.metadata_requests == 3


def test_another_process_with_the_same_cache_asks_for_nothing(sandbox: dict[str, Any]) -> None:
    cache = MemoryCache()
    first, second = joined(sandbox, cache), joined(sandbox, cache)

    described = [one.describe("contact") for one in (first, second)]
    second.get("contact", [uuid.uuid4()], ["lastname"])
    first.close()
    second.close()

    assert described[0] == described[1]
    assert second.session.metadata_requests == 0


def test_what_one_process_forgets_all_read_again(sandbox: dict[str, Any]) -> None:
    cache = MemoryCache()
    first, second = joined(sandbox, cache), joined(sandbox, cache)
    first.describe("account")

    first.metadata.forget("account")
    second.describe("account")
    first.close()
    second.close()

    assert second.session.metadata_requests == 2


def test_what_an_older_version_kept_is_not_read(organization: SalesOrganization) -> None:
    cache = MemoryCache()
    cache.put(f"metadata 1 {organization.session.url} table account", '{"entity": {}}', 100)

    assert Metadata(organization.session, cache).entity("account").set_name == "accounts"


def test_a_table_that_does_not_exist_is_named(organization: SalesOrganization) -> None:
    with pytest.raises(TableMissing, match="bci_nothing"):
        organization.describe("bci_nothing")


def test_a_name_with_a_quote_is_a_table_that_does_not_exist(organization: SalesOrganization) -> None:
    with pytest.raises(TableMissing):
        organization.describe("account')/Attributes?x=('")


def test_a_column_that_disappears_makes_the_table_be_read_again(sandbox: dict[str, Any]) -> None:
    gone = {"error": {"code": "0x0", "message": "Could not find a property named 'telephone1' on type 'x.account'."}}
    with relay(sandbox) as line:
        organization = line.organization()
        organization.describe("account")
        line.say("$select", Says(400, gone, JSON))

        with pytest.raises(FieldMissing, match="telephone1"):
            organization.find("account", fields=["telephone1"])
        before = organization.session.metadata_requests
        organization.describe("account")
        organization.close()

    assert organization.session.metadata_requests > before


def test_tables_are_listed_by_label(organization: SalesOrganization) -> None:
    names = [name for name, _ in organization.tables()]
    labels = [label.lower() for _, label in organization.tables()]

    assert {"account", "contact", "product", "pricelevel"} <= set(names)
    assert labels == sorted(labels)
    assert organization.session.metadata_requests == 1


def test_a_reference_to_several_tables_is_written_and_cleared(organization: SalesOrganization) -> None:
    firm, person = uuid.uuid4(), uuid.uuid4()
    organization.insert("account", [Row(firm, {"name": "Coho Winery"})])
    organization.insert("contact", [Row(person, {"lastname": "Cole", "parentcustomerid": Ref("account", firm)})])
    fields = ["parentcustomerid", "parentcustomeridtype"]

    before = organization.get("contact", [person], fields)[person].values
    organization.update("contact", [Row(person, {"parentcustomerid": None})])
    after = organization.get("contact", [person], fields)[person].values

    assert (before["parentcustomerid"], before["parentcustomeridtype"]) == (Ref("account", firm), "account")
    assert before["parentcustomerid"].label == "Coho Winery"
    assert (after["parentcustomerid"], after["parentcustomeridtype"]) == (None, "")


# --- options as rows ----------------------------------------------------------------------------------------

TERMS = "account.paymenttermscode"


def test_an_option_column_is_a_table_with_a_row_per_option(organization: SalesOrganization) -> None:
    table = organization.describe(TERMS)
    records = organization.find(TERMS).records

    assert (table.name_field, table.number_field) == ("label", "value")
    assert {r.values["value"]: r.values["label"] for r in records}[1] == "Net 30"
    assert records[0].id == option_id(TERMS, records[0].values["value"])
    assert organization.get(TERMS, [records[0].id], ["label"])[records[0].id].values == {
        "label": records[0].values["label"]
    }


def test_options_are_found_counted_and_paged(organization: SalesOrganization) -> None:
    where = Comparison("label", "begins with", "net")

    page = organization.find(TERMS, where, ["label"], ["-label"], 1)
    rest = organization.find(TERMS, where, ["label"], ["-label"], 10, page.cursor)

    labels = [r.values["label"] for r in (*page.records, *rest.records)]
    assert labels == sorted(labels, reverse=True)
    assert len(labels) == organization.count(TERMS, where) > 1


def test_an_option_a_person_adds_is_published_and_comes_as_a_change(sandbox: dict[str, Any]) -> None:
    cache = MemoryCache()
    ours, other = joined(sandbox, cache), joined(sandbox, cache)
    label = f"Net {uuid.uuid4().hex[:6]}"
    cursor = list(other.changes(TERMS, ["label"]))[-1].cursor

    added = ours.act(TERMS, uuid.uuid4(), "add_option", label=label)
    page = list(other.changes(TERMS, ["label"], cursor))[-1]
    again = list(other.changes(TERMS, ["label"], page.cursor))[-1]
    ours.close()
    other.close()

    assert [(r.id, r.values["label"]) for r in page.records] == [(added, label)]
    assert (again.records, again.deleted) == ([], [])
    assert label in {option.label for option in ours.describe("account").fields["paymenttermscode"].options}


def test_an_option_that_went_comes_as_deleted(organization: SalesOrganization) -> None:
    cursor = '{"options": {"999999": "Net 999"}}'

    page = next(iter(organization.changes(TERMS, ["label"], cursor)))

    assert page.deleted == [option_id(TERMS, 999999)]


def test_options_are_only_written_by_a_person(organization: SalesOrganization) -> None:
    row = Row(uuid.uuid4(), {"label": "Net 90"})
    for verb in (organization.insert, organization.update, organization.delete):
        assert isinstance(verb(TERMS, [row])[0].error, Refused)


@pytest.mark.parametrize("table", ["account.name", "account.nothing", "nothing.paymenttermscode"])
def test_a_column_without_options_is_no_table(organization: SalesOrganization, table: str) -> None:
    with pytest.raises(TableMissing):
        organization.describe(table)
