"""Any address, header and body is answered or refused in the shape of OData; nothing raises and nothing is a 500.

The router is asked in this process, so that what it does not catch is seen as it is.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.in_process import Answer, Inside

SETTINGS = examples(40, suppress_health_check=[HealthCheck.too_slow])
CRM = "Microsoft.Dynamics.CRM."
NUMBER = "9" * 5000
ID = "00000000-0000-0000-0000-000000000001"
SEGMENTS = some.sampled_from(
    ["accounts", f"accounts({ID})", "accounts(accountnumber='A1')", "accounts()", "contacts", "$count", "$ref",
     "$value", "$metadata", "$batch", "$1", "primarycontactid", "contact_customer_accounts",
     f"contact_customer_accounts({ID})",
     "name", "_ownerid_value", "EntityDefinitions", "EntityDefinitions(LogicalName='account')", "Attributes",
     "EntityDefinitions(account)", f"EntityDefinitions({ID})", "Attributes(LogicalName='name')", "Keys", "OptionSet",
     f"{CRM}PicklistAttributeMetadata", f"{CRM}NoAttributeMetadata", "RelationshipDefinitions", "Privileges",
     "RelationshipDefinitions(SchemaName='contact_customer_accounts')", "GlobalOptionSetDefinitions",
     "GlobalOptionSetDefinitions(Name='x')", "WhoAmI", "WhoAmI()", "RetrieveVersion", "ManyToOneRelationships",
     "RetrieveTotalRecordCount(EntityNames=['account'])", "RetrieveExchangeRate(TransactionCurrencyId=@p)",
     "RetrieveMetadataChanges(Query=@p)", "RetrieveCurrentOrganization(AccessType='Default')", "InsertOptionValue",
     f"{CRM}CreateMultiple", f"{CRM}RetrieveUserPrivileges", "systemusers", "é", "%", "%2F", "'", "(", "a" * 300]
)  # fmt: skip
VALUES = some.sampled_from(
    ["name", "name,fax", "name eq 'x'", "name eq @p", "contains(name,'x')", "not contains(name,'x')", "name desc",
     "createdon gt 2026-01-01", f"{CRM}Today(PropertyName='createdon')", f"{CRM}In(PropertyName=[],PropertyValues=[1])",
     f"{CRM}BeginsWith(PropertyName='creditlimit',PropertyValue='1')", "contact_customer_accounts/any(c:c/fax eq '1')",
     "primarycontactid", "primarycontactid($select=fullname)", "primarycontactid/fullname", "aggregate($count as n)",
     "groupby((name),aggregate(creditlimit with sum as s))", "5", NUMBER, "-1", "1.5", "true", "null", "", "'", "(",
     "x", "5!99/99/2026 99:99:99", "5!03/02/2026 09:30:00", "LogicalName eq 'account'", "ObjectTypeCode gt 'a'", "*",
     "IsCustomizable/Value eq true", "ObjectTypeCode eq 5m", "MetadataId eq 5", "{}", "[]", "name eq 1e999999",
     "1" * 400,
     '{"Criteria":{"Conditions":[{"PropertyName":"X","ConditionOperator":"In","Value":{"Value":5}}]}}',
     "<fetch><entity name='account'/></fetch>", "<fetch><entity name='account'><a/></entity></fetch>", "<!DOCTYPE x>",
     quote('<cookie pagenumber="2" pagingcookie="x" istracking="True" />', safe="")]
)  # fmt: skip
OPTIONS = some.sampled_from(
    ["$select", "$filter", "$orderby", "$top", "$count", "$expand", "$apply", "$skip", "$skiptoken", "$deltatoken",
     "$search", "$format", "$levels", "@p", "fetchXml", "sql", "annotations", "tag", "$id", "x", "%24filter", ""]
)  # fmt: skip
QUERIES = some.lists(some.tuples(OPTIONS, VALUES), max_size=4).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
PREFER = some.lists(
    some.sampled_from(
        ["return=representation", "odata.maxpagesize=2", f"odata.maxpagesize={NUMBER}", "odata.maxpagesize=-1",
         "odata.track-changes", 'odata.include-annotations="*"', 'odata.include-annotations="[', "x=y",
         "odata.continue-on-error", '"', "="]
    ),
    max_size=3,
).map(",".join)  # fmt: skip
MATCH = some.sampled_from(["", "*", 'W/"1"', "W/1", "x", '"'])
LEAVES = some.none() | some.booleans() | some.integers() | some.sampled_from(["", "x", ID, "contacts(x)", "2026-01-01"])
BODIES = some.dictionaries(
    some.sampled_from(["name", "value", "Targets", "@odata.id", "primarycontactid@odata.bind", "accountid",
                       "EntityName",
                       "EntityLogicalName", "AttributeLogicalName", "StateCode", "Value", "Label", "SolutionParameters",
                       "QuerySet", "Entities", "SchemaName", "@odata.type", "contact_customer_accounts", "Status"]),
    some.recursive(LEAVES, lambda inner: some.lists(inner, max_size=2) | some.dictionaries(
        some.sampled_from(["name", "Value", "StageSolutionUploadId", "@odata.type", "Criteria"]), inner, max_size=2)),
    max_size=4,
)  # fmt: skip


def decent(answer: Answer) -> bool:
    """Answered, or refused as OData refuses: never a failure, and 501 only for what the sandbox says it lacks."""
    if answer.status_code >= 400 and answer.status_code != 412:
        error = answer.json()["error"]
        assert set(error) >= {"code", "message"}, answer.text
        assert error["message"], answer.text
    return answer.status_code < 500 or (answer.status_code == 501 and "has not yet" in answer.text) or (
        answer.status_code == 501 and "The sandbox does not offer" in answer.text
    )  # fmt: skip


@given(some.lists(SEGMENTS, min_size=1, max_size=4), QUERIES, PREFER)
@SETTINGS
def test_any_question_is_answered_or_refused(inside: Inside, segments: list[str], query: str, prefer: str) -> None:
    answer = inside("GET", "/".join(segments) + (f"?{query}" if query else ""), Prefer=prefer)

    assert decent(answer), answer.text
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        json.loads(answer.text)


@given(
    some.sampled_from(["POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "MERGE", ""]),
    some.lists(SEGMENTS.filter(lambda one: "systemuser" not in one), min_size=1, max_size=3),
    BODIES, MATCH, PREFER,
)  # fmt: skip
@SETTINGS
def test_any_change_is_done_or_refused(
    inside: Inside, method: str, segments: list[str], body: dict[str, Any], match: str, prefer: str
) -> None:
    headers = {"If-Match": match} if match else {}

    assert decent(inside(method, "/".join(segments), body, Prefer=prefer, **headers))


@given(some.text(max_size=40), some.text(max_size=40))
@SETTINGS
def test_any_text_is_an_address_or_refused(inside: Inside, path: str, query: str) -> None:
    address = quote(path, safe="/()'$=,@") + "?" + quote(query, safe="$&=()',@")

    assert decent(inside("GET", address))
    assert decent(inside("GET", f"accounts?$filter={quote(query)}"))
    assert decent(inside("GET", f"accounts?$apply={quote(query)}"))
    assert decent(inside("GET", f"EntityDefinitions?$filter={quote(query)}"))


@given(some.binary(max_size=60) | BODIES.map(lambda body: json.dumps(body).encode()))
@SETTINGS
def test_any_body_is_read_or_refused(inside: Inside, content: bytes) -> None:
    for path in ("accounts", f"accounts({ID})", "EntityDefinitions", "BulkDelete", "InsertStatusValue"):
        method = "PATCH" if "(" in path else "POST"
        assert decent(inside.send(method, path, content, {"content-type": "application/json"}))


@given(some.text(some.characters(max_codepoint=255), max_size=50))
@SETTINGS
def test_any_token_is_refused_unless_it_is_one(inside: Inside, token: str) -> None:
    for shown in (token, f"Bearer {token}", f"Basic {token}"):
        answer = inside.send("GET", "WhoAmI", b"", {"authorization": shown})

        assert answer.refusal == (401, "0x80072560")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


@pytest.mark.parametrize("header", ["MSCRMCallerID", "CallerObjectId"])
@pytest.mark.parametrize("value", ["", "x", ID, "'; --", "null"])
def test_who_acts_for_nobody_is_refused(inside: Inside, header: str, value: str) -> None:
    status, _ = inside.refusal("GET", "WhoAmI", None, **{header: value}) if value else (400, "")

    assert status in (400, 403)
