"""Functions and actions: who am I, which organization, publish a product, add a value to a choice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from integration.sandbox.dataverse import refusals
from integration.sandbox.dataverse.http.messages import answer, empty
from integration.sandbox.dataverse.organization import VERSION, Exchange
from integration.sandbox.dataverse.query.options import parse_query
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.rules import products
from integration.sandbox.dataverse.sales import messages as sales
from integration.sandbox.dataverse.security.privileges import PUBLISH, WRITE_COLUMN
from integration.sandbox.dataverse.store.model import CHOICES, Choice, Column, Table
from integration.sandbox.dataverse.store.values import guid
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

FIRST_OWN_VALUE = 100_000_000
LANGUAGE = 1033


def _check_bare(exchange: Exchange, arguments: str) -> None:
    """Raises :class:`Refusal` where a function without parameters gets one."""
    if arguments:
        raise refusals.no_resource(exchange.request.uri)


def who_am_i(exchange: Exchange, arguments: str) -> Response:
    _check_bare(exchange, arguments)
    row = (
        exchange.reading()
        .connection.execute(
            "SELECT u.businessunitid, u.systemuserid, o.organizationid FROM systemuser u, organization o "
            "WHERE u.systemuserid = ?",
            (exchange.user,),
        )
        .fetchone()
    )
    names = ("BusinessUnitId", "UserId", "OrganizationId")
    return _result(exchange, "WhoAmIResponse", dict(zip(names, row, strict=True)))


def retrieve_version(exchange: Exchange, arguments: str) -> Response:
    _check_bare(exchange, arguments)
    return _result(exchange, "RetrieveVersionResponse", {"Version": VERSION})


def retrieve_languages(exchange: Exchange, arguments: str) -> Response:
    _check_bare(exchange, arguments)
    return _result(exchange, "RetrieveAvailableLanguagesResponse", {"LocaleIds": [LANGUAGE]})


def retrieve_current_organization(exchange: Exchange, arguments: str) -> Response:
    if not arguments:
        raise refusals.no_resource(exchange.request.uri)
    row, name = exchange.reading().connection.execute("SELECT organizationid, name FROM organization").fetchone()
    environment = exchange.request.root.partition("/api/")[0]
    endpoints = {
        "WebApplication": f"{environment}/",
        "OrganizationService": f"{environment}/XRMServices/2011/Organization.svc",
        "OrganizationDataService": f"{environment}/XRMServices/2011/OrganizationData.svc",
    }
    detail = {
        "OrganizationId": row,
        "FriendlyName": name,
        "OrganizationVersion": VERSION,
        "EnvironmentId": row,
        "TenantId": exchange.organization.tenant.id,
        "UrlName": "contososales",
        "UniqueName": f"unq{row.replace('-', '')[:21]}",
        "State": "Enabled",
        "Endpoints": {
            "Count": len(endpoints),
            "IsReadOnly": False,
            "Keys": list(endpoints),
            "Values": list(endpoints.values()),
        },
    }
    return _result(exchange, "RetrieveCurrentOrganizationResponse", {"Detail": detail})


def retrieve_total_record_count(exchange: Exchange, arguments: str) -> Response:
    names = re.findall(r"['\"](\w+)['\"]", _argument(exchange, arguments, "EntityNames"))
    unknown = [name for name in names if name not in exchange.model.tables]
    if unknown or not names:
        raise Refusal(400, "0x80041102", f"The entity with the name '{''.join(unknown[:1])}' was not found.")
    for name in names:
        exchange.guard.require_all("Read", exchange.model, exchange.model[name])
    counts = [
        exchange.reading().connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - known name
        for name in names
    ]
    found = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counts}
    return _result(exchange, "RetrieveTotalRecordCountResponse", {"EntityRecordCountCollection": found})


def retrieve_exchange_rate(exchange: Exchange, arguments: str) -> Response:
    currency = _argument(exchange, arguments, "TransactionCurrencyId")
    if guid(currency) is None:
        raise odata(f"Unrecognized 'Edm.Guid' literal '{currency}' in 'TransactionCurrencyId={currency}'.")
    found = (
        exchange.reading()
        .connection.execute(
            "SELECT exchangerate FROM transactioncurrency WHERE transactioncurrencyid = ?", (currency.lower(),)
        )
        .fetchone()
    )
    if found is None:
        raise refusals.missing("transactioncurrency", currency)
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.RetrieveExchangeRateResponse"
    return answer(f'{{"@odata.context":"{context}","ExchangeRate":{found[0]}}}')


def insert_option_value(exchange: Exchange, body: dict[str, Any]) -> Response:
    """A new value of a choice column; without a number the service chooses one."""
    table, column = _choice_column(exchange, body)
    return _add_option(exchange, table, column, body, "InsertOptionValueResponse")


def insert_status_value(exchange: Exchange, body: dict[str, Any]) -> Response:
    """A new status reason of a state; without a number the service chooses one."""
    table, column = _choice_column(exchange, {"AttributeLogicalName": "statuscode", **body})
    states = table.columns["statecode"].options if table.has("statecode") else {}
    state = body.get("StateCode")
    if column.type != "Status" or type(state) is not int or state not in states:
        raise refusals.invalid(f"'{column.name}' has no state {state}.")
    return _add_option(exchange, table, column, body, "InsertStatusValueResponse", state)


def _add_option(
    exchange: Exchange, table: Table, column: Column, body: dict[str, Any], answered: str, state: int | None = None
) -> Response:
    value = body.get("Value")
    if value is None:
        value = max([FIRST_OWN_VALUE - 1, *column.options]) + 1
    exchange.guard.require(WRITE_COLUMN)
    if type(value) is not int or value in column.options:
        raise refusals.invalid(f"The option value {value} of '{column.name}' is invalid or exists already.")
    with exchange.writing() as write:
        exchange.organization.add_choice(write, table.name, column.name, value, Choice(_label(body), state))
    return _result(exchange, answered, {"NewOptionValue": value})


def update_option_value(exchange: Exchange, body: dict[str, Any]) -> Response:
    """A new label for a value."""
    table, column = _choice_column(exchange, body)
    exchange.guard.require(WRITE_COLUMN)
    value = body.get("Value")
    if type(value) is not int or value not in column.options:
        raise refusals.invalid(f"The option value {value} of '{column.name}' does not exist.")
    choice = Choice(_label(body), column.options[value].state)
    with exchange.writing() as write:
        exchange.organization.add_choice(write, table.name, column.name, value, choice)
    return empty()


def publish_xml(exchange: Exchange, body: dict[str, Any]) -> Response:
    exchange.guard.require(PUBLISH)
    if not isinstance(body.get("ParameterXml"), str):
        raise odata("The parameter 'ParameterXml' is missing.")
    return empty()


def publish_all_xml(exchange: Exchange, body: dict[str, Any]) -> Response:
    exchange.guard.require(PUBLISH)
    return empty()


def publish_product_hierarchy(exchange: Exchange, table: Table, row: str) -> Response:
    """A draft becomes active."""
    with exchange.writing() as write:
        exchange.guard.check_rows("Write", write.model, write.connection, table, [row])
        products.publish(write, row)
    return empty()


FUNCTIONS: dict[str, Callable[[Exchange, str], Response]] = {
    "WhoAmI": who_am_i,
    "RetrieveVersion": retrieve_version,
    "RetrieveAvailableLanguages": retrieve_languages,
    "RetrieveCurrentOrganization": retrieve_current_organization,
    "RetrieveTotalRecordCount": retrieve_total_record_count,
    "RetrieveExchangeRate": retrieve_exchange_rate,
}
ACTIONS: dict[str, Callable[[Exchange, dict[str, Any]], Response]] = {
    "InsertOptionValue": insert_option_value,
    "InsertStatusValue": insert_status_value,
    "UpdateOptionValue": update_option_value,
    "PublishXml": publish_xml,
    "PublishAllXml": publish_all_xml,
    **sales.ACTIONS,
}
ROW_ACTIONS: dict[tuple[str, str], Callable[[Exchange, Table, str], Response]] = {
    ("product", "PublishProductHierarchy"): publish_product_hierarchy,
    **sales.ROW_ACTIONS,
}
SET_ACTIONS: dict[tuple[str, str], Callable[[Exchange, Table, dict[str, Any]], Response]] = sales.SET_ACTIONS


def _result(exchange: Exchange, name: str, content: dict[str, Any]) -> Response:
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.{name}"
    return answer(json.dumps({"@odata.context": context, **content}, ensure_ascii=False))


def _argument(exchange: Exchange, arguments: str, name: str) -> str:
    """One parameter of a function, given in place or by alias."""
    key, _, value = unquote(arguments).partition("=")
    if key.strip() != name:
        raise refusals.no_resource(exchange.request.uri)
    if value.startswith("@"):
        value = parse_query(exchange.request.query).aliases.get(value, "")
    return value.strip()


def _choice_column(exchange: Exchange, body: dict[str, Any]) -> tuple[Table, Column]:
    table = exchange.model.tables.get(str(body.get("EntityLogicalName")))
    column = table.columns.get(str(body.get("AttributeLogicalName"))) if table else None
    if table is None or column is None or column.type not in CHOICES:
        raise Refusal(400, "0x80041103", f"'{body.get('AttributeLogicalName')}' is not a choice column.")
    return table, column


def _label(body: dict[str, Any]) -> str:
    label = body.get("Label")
    texts = label.get("LocalizedLabels") if isinstance(label, dict) else None
    first = texts[0] if isinstance(texts, list) and texts else None
    if not isinstance(first, dict) or not isinstance(first.get("Label"), str):
        raise odata("The parameter 'Label' must hold 'LocalizedLabels' with at least one label.")
    return str(first["Label"])
