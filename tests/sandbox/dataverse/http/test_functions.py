"""Functions and actions that belong to no row: what they answer, what they take, and choices that get new values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.in_process import ADDRESS, Inside


def words(text: str) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": 1033}]}


@pytest.mark.parametrize("called", ["WhoAmI", "WhoAmI()"])
def test_who_am_i_names_the_user_the_unit_and_the_organization(inside: Inside, called: str) -> None:
    found = inside.get(called)

    user = inside.get(f"systemusers({found['UserId']})?$select=_businessunitid_value,fullname")
    assert user["_businessunitid_value"] == found["BusinessUnitId"]
    assert [row["organizationid"] for row in inside.rows("organizations")] == [found["OrganizationId"]]
    assert found["@odata.context"] == f"{inside.root}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse"


def test_versions_and_languages_are_those_of_the_service(inside: Inside) -> None:
    version = inside.get("RetrieveVersion")["Version"].split(".")

    assert version[:2] == ["9", "2"]
    assert all(part.isdecimal() for part in version)
    assert inside.get("RetrieveAvailableLanguages()")["LocaleIds"] == [1033]


def test_the_organization_says_where_it_is(inside: Inside) -> None:
    detail = inside.get("RetrieveCurrentOrganization(AccessType='Default')")["Detail"]

    places = dict(zip(detail["Endpoints"]["Keys"], detail["Endpoints"]["Values"], strict=True))
    assert len(places) == detail["Endpoints"]["Count"]
    assert places["WebApplication"] == f"{ADDRESS}/"
    assert all(place.startswith(ADDRESS) for place in places.values())
    assert detail["OrganizationId"] == inside.get("WhoAmI")["OrganizationId"]


@pytest.mark.parametrize(
    "called", ["WhoAmI(x=5)", "WhoAmI(5)", "RetrieveVersion(Version='9')", "RetrieveAvailableLanguages(LocaleId=1033)",
               "RetrieveCurrentOrganization", "whoami", "WhoAmI/UserId", "Microsoft.Dynamics.CRM.WhoAmI"],
)  # fmt: skip
def test_a_function_is_called_by_its_name_with_its_parameters_only(inside: Inside, called: str) -> None:
    assert inside.refusal("GET", called)[0] == 404


@pytest.mark.parametrize(
    ("method", "called"),
    [("POST", "WhoAmI"), ("PATCH", "WhoAmI"), ("DELETE", "RetrieveVersion"), ("GET", "PublishAllXml"),
     ("GET", "InsertOptionValue"), ("PUT", "PublishXml"), ("POST", "PublishAllXml(x=1)"), ("GET", "BulkDelete"),
     ("GET", "ImportSolution"), ("GET", "CreateEntities")],
)  # fmt: skip
def test_functions_are_asked_by_get_and_actions_by_post(inside: Inside, method: str, called: str) -> None:
    assert inside.refusal(method, called, {} if method != "GET" else None) == (404, "")
    assert inside.message(method, called, {} if method != "GET" else None).startswith("No HTTP resource was found")


def test_rows_of_tables_are_counted_together(inside: Inside) -> None:
    inside.create("accounts", name="Adatum")
    contacts = len(inside.rows("contacts?$select=contactid"))
    for called in ("(EntityNames=['account','contact'])", '(EntityNames=["account","contact"])',
                   "(EntityNames=@p1)?@p1=['account','contact']"):  # fmt: skip
        found = inside.get(f"RetrieveTotalRecordCount{called}")["EntityRecordCountCollection"]

        assert (found["Count"], found["Keys"]) == (2, ["account", "contact"])
        assert found["Values"] == [len(inside.rows("accounts?$select=accountid")), contacts]


@pytest.mark.parametrize(
    ("called", "status"),
    [("(EntityNames=['accounts'])", 400), ("(EntityNames=[])", 400), ("(EntityNames=@p1)", 400), ("", 404),
     ("(Names=['account'])", 404)],
)  # fmt: skip
def test_only_tables_by_their_logical_names_are_counted(inside: Inside, called: str, status: int) -> None:
    assert inside.refusal("GET", f"RetrieveTotalRecordCount{called}")[0] == status


def test_an_exchange_rate_is_that_of_its_currency(inside: Inside) -> None:
    made = inside.create(
        "transactioncurrencies", isocurrencycode="SEK", currencyname="Krona", currencysymbol="kr",
        currencyprecision=2, exchangerate=11.25,
    )  # fmt: skip
    for called in (f"(TransactionCurrencyId={made})", f"(TransactionCurrencyId=@p)?@p={made.upper()}"):
        assert inside.get(f"RetrieveExchangeRate{called}")["ExchangeRate"] == Decimal("11.25")


@pytest.mark.parametrize(
    ("called", "answer"),
    [
        ("(TransactionCurrencyId=00000000-0000-0000-0000-000000000001)", (404, "0x80040217")),
        ("(TransactionCurrencyId=SEK)", (400, "0x80060888")),
        ("(TransactionCurrencyId=)", (400, "0x80060888")),
        ("(TransactionCurrencyId=@p)", (400, "0x80060888")),
        ("(Currency=00000000-0000-0000-0000-000000000001)", (404, "")),
    ],
)
def test_an_exchange_rate_of_no_currency_is_refused(inside: Inside, called: str, answer: tuple[int, str]) -> None:
    assert inside.refusal("GET", f"RetrieveExchangeRate{called}") == answer


def choice(column: str, table: str = "account", **more: Any) -> dict[str, Any]:
    return {"EntityLogicalName": table, "AttributeLogicalName": column, "Label": words("Winery"), **more}


def test_a_value_without_a_number_gets_the_next_one_of_the_publisher(inside: Inside) -> None:
    first = inside("POST", "InsertOptionValue", choice("industrycode")).json()["NewOptionValue"]
    second = inside("POST", "InsertOptionValue", choice("industrycode")).json()["NewOptionValue"]
    chosen = inside("POST", "InsertOptionValue", choice("industrycode", Value=727)).json()["NewOptionValue"]

    assert (second - first, chosen) == (1, 727)
    assert first >= 100_000_000
    for value in (first, second, chosen):
        row = inside.create("accounts", name="Coho", industrycode=value)
        shown = inside.get(f"accounts({row})?$select=industrycode", Prefer='odata.include-annotations="*"')
        assert shown["industrycode@OData.Community.Display.V1.FormattedValue"] == "Winery"


def test_a_renamed_value_is_shown_by_its_new_label_and_stays_the_same(inside: Inside) -> None:
    row = inside.create("accounts", name="Coho", customertypecode=3)
    body = {**choice("customertypecode", Value=3), "Label": words("Client")}

    assert inside("POST", "UpdateOptionValue", body).status_code == 204

    shown = inside.get(f"accounts({row})?$select=customertypecode", Prefer='odata.include-annotations="*"')
    assert shown["customertypecode"] == 3
    assert shown["customertypecode@OData.Community.Display.V1.FormattedValue"] == "Client"


def test_a_new_status_reason_takes_its_row_to_its_state(inside: Inside) -> None:
    answer = inside("POST", "InsertStatusValue", choice("statuscode", StateCode=1))
    value = answer.json()["NewOptionValue"]
    row = inside.create("accounts", name="Coho")

    assert inside.refusal("PATCH", f"accounts({row})", {"statecode": 0, "statuscode": value}) == (400, "0x80048408")
    assert inside("PATCH", f"accounts({row})", {"statecode": 1, "statuscode": value}).status_code == 204
    assert inside.get(f"accounts({row})")["statuscode"] == value


@pytest.mark.parametrize(
    ("action", "body", "answer"),
    [
        ("InsertOptionValue", choice("customertypecode", Value=3), (400, "0x80040203")),
        ("InsertOptionValue", choice("customertypecode", Value="3"), (400, "0x80040203")),
        ("InsertOptionValue", choice("customertypecode", Value=[3]), (400, "0x80040203")),
        ("InsertOptionValue", choice("name"), (400, "0x80041103")),
        ("InsertOptionValue", choice("corks"), (400, "0x80041103")),
        ("InsertOptionValue", choice("industrycode", "wine"), (400, "0x80041103")),
        ("InsertOptionValue", {**choice("industrycode"), "Label": "Winery"}, (400, "0x80060888")),
        ("InsertOptionValue", {**choice("industrycode"), "Label": {"LocalizedLabels": []}}, (400, "0x80060888")),
        ("InsertOptionValue", {}, (400, "0x80041103")),
        ("UpdateOptionValue", choice("customertypecode", Value=999), (400, "0x80040203")),
        ("UpdateOptionValue", choice("customertypecode"), (400, "0x80040203")),
        ("InsertStatusValue", choice("statuscode"), (400, "0x80040203")),
        ("InsertStatusValue", choice("statuscode", StateCode=7), (400, "0x80040203")),
        ("InsertStatusValue", choice("statuscode", StateCode=True), (400, "0x80040203")),
        ("InsertStatusValue", choice("statuscode", StateCode=[]), (400, "0x80040203")),
        ("InsertStatusValue", choice("statuscode", StateCode={}), (400, "0x80040203")),
        ("InsertStatusValue", choice("customertypecode", StateCode=0), (400, "0x80040203")),
        ("PublishXml", {}, (400, "0x80060888")),
        ("PublishXml", {"ParameterXml": 5}, (400, "0x80060888")),
    ],
)
def test_a_choice_is_not_changed_by_what_does_not_fit_it(
    inside: Inside, action: str, body: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert inside.refusal("POST", action, body) == answer


def test_publishing_answers_with_nothing(inside: Inside) -> None:
    assert inside("POST", "PublishAllXml").status_code == 204
    assert inside("POST", "PublishXml", {"ParameterXml": "<importexportxml />"}).status_code == 204
