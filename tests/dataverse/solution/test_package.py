"""The file that an organization imports."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import pytest

from integration.dataverse.solution import INTEGRATION_ROLES, ROLES, build, describe
from integration.dataverse.solution.forms import with_place

SMALLEST_FORM = "<form><tabs><tab><columns><column><sections /></column></columns></tab></tabs></form>"


def file(name: str) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(build())) as package:
        return ElementTree.fromstring(package.read(name))


def test_the_same_description_gives_the_same_bytes() -> None:
    build.cache_clear()
    first = build()
    build.cache_clear()

    assert build() == first


def test_the_three_files_an_organization_needs_are_at_the_root() -> None:
    with zipfile.ZipFile(io.BytesIO(build())) as package:
        assert {"[Content_Types].xml", "solution.xml", "customizations.xml"} <= set(package.namelist())
        assert package.testzip() is None


def test_the_manifest_names_publisher_prefix_and_every_component() -> None:
    manifest = file("solution.xml").find("SolutionManifest")
    components = {(one.get("type"), one.get("schemaName") or one.get("id")) for one in manifest.iter("RootComponent")}

    assert manifest.findtext("UniqueName") == "BusinessCentralIntegration"
    assert manifest.findtext("Publisher/CustomizationPrefix") == "bci"
    assert {("1", "bci_connection"), ("1", "account"), ("61", "bci_/openrecord.js")} <= components
    assert {number for kind, number in components if kind == "20"} == {f"{{{role.id}}}" for role in describe().roles}


def test_every_file_of_a_web_resource_has_a_content_type() -> None:
    known = {one.get("Extension") for one in file("[Content_Types].xml")}

    assert {web.name.rpartition(".")[2] for web in describe().webs} <= known


def test_every_lookup_has_the_relationship_that_says_where_it_leads() -> None:
    root = file("customizations.xml")
    lookups = {
        (entity.get("Name"), one.get("PhysicalName"))
        for entity in root.iter("entity")
        for one in entity.iter("attribute")
        if one.findtext("Type") == "lookup"
    }
    related = {
        (one.findtext("ReferencingEntityName"), one.findtext("ReferencingAttributeName"))
        for one in root.iter("EntityRelationship")
    }

    assert lookups == related != set()


def test_an_amount_has_its_repetition_in_base_currency_and_its_table_a_currency() -> None:
    entity = next(
        one for one in file("customizations.xml").iter("entity") if one.get("Name") == "bci_AccountStatistics"
    )
    columns = {one.get("PhysicalName"): one for one in entity.iter("attribute")}

    assert columns["bci_BalanceLcy_Base"].findtext("CalculationOf") == "bci_balancelcy"
    assert {"TransactionCurrencyId", "ExchangeRate"} <= set(columns)


@pytest.mark.parametrize("table", ["bci_Company", "bci_Connection", "bci_AccountStatistics"])
def test_a_table_of_our_own_has_one_primary_name_a_form_and_a_view(table: str) -> None:
    entity = next(
        one for one in file("customizations.xml").iter("Entity") if one.find("EntityInfo/entity").get("Name") == table
    )
    primary = [one for one in entity.iter("attribute") if "PrimaryName" in (one.findtext("DisplayMask") or "")]

    assert len(primary) == 1
    assert entity.find("./FormXml/forms[@type='main']/systemform/form/tabs") is not None
    assert entity.find("./SavedQueries/savedqueries/savedquery/fetchxml/fetch") is not None


def test_the_number_of_the_erp_is_a_key_wherever_it_is_a_column() -> None:
    for table in describe().tables:
        names = {column.name.lower() for column in table.columns}
        if "bci_number" in names:
            wanted = ("bci_table", "bci_number") if "bci_table" in names else ("bci_number",)
            assert table.keys == {"bci_NumberKey": wanted}, table.name


def test_the_roles_are_the_documented_ones_and_the_product_role_only_reads() -> None:
    roles = {role.name: role for role in describe().roles}

    assert (
        tuple(roles)
        == ROLES
        == (
            "Dynamics 365 Business Central Integration Administrator",
            "Dynamics 365 Business Central Integration User",
            "Dynamics 365 Business Central Product Availability User",
        )
    )
    assert ROLES[:2] == INTEGRATION_ROLES
    read = {"prvReadProduct", "prvReadbci_AccountStatistics", "prvReadbci_Connection"}
    assert set(roles[ROLES[2]].privileges) == read


def test_no_role_may_share_or_touch_the_people_of_the_organization() -> None:
    for role in describe().roles:
        assert not [name for name in role.privileges if name.startswith("prvShare")]
        assert {name for name in role.privileges if name.endswith(("User", "Role", "Team"))} <= {
            "prvReadUser",
            "prvAppendToUser",
            "prvReadTeam",
            "prvAppendToTeam",
            "prvReadRole",
            "prvActOnBehalfOfAnotherUser",
        }


def test_a_place_on_a_form_is_taken_once() -> None:
    form = ElementTree.fromstring(SMALLEST_FORM)
    statistics = describe().places[0]

    assert with_place(form, statistics, describe())
    assert not with_place(form, statistics, describe())
    assert form.find(".//QuickFormId").text == f"{{{describe().quick_view['id']}}}"
    assert form.find(".//control").get("datafieldname") == "bci_accountstatisticsid"


def test_a_form_without_a_tab_is_left_as_it_is() -> None:
    form = ElementTree.fromstring("<form />")

    assert not with_place(form, describe().places[0], describe())
    assert len(form) == 0
