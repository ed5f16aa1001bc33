"""Messages that change the organization itself are taken or refused, whatever they hold: solution files that were
damaged, definitions of tables, registrations of webhooks, questions across tables that join others."""

from __future__ import annotations

import base64
import io
import random
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration.dataverse.solution import build
from integration.sandbox import Options, Sandbox
from tests.examples import examples
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.store.any_input import ANYTHING, fine

CRM = "Microsoft.Dynamics.CRM"
SETTINGS = examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
FILE = build()
XML = ("solution.xml", "customizations.xml", "[Content_Types].xml")
TEXTS = st.sampled_from(["", "x", "-1", "0", "1", "2", "99999999999", "true", "account", "bci_connection", "1.0.0.0",
                         "9.9.9.9.9", "{00000000-0000-0000-0000-000000000000}", "é<&", " "])  # fmt: skip
SCHEMA = st.sampled_from(["new_a", "new_b", "new_C", "account", "accountid", "name", "", "9new", "new_é", "select"])
KINDS = st.sampled_from([f"{CRM}.{kind}AttributeMetadata" for kind in (
    "String", "Memo", "Integer", "Decimal", "Money", "Double", "Boolean", "DateTime", "Picklist", "Lookup", "State",
    "Uniqueidentifier", "MultiSelectPicklist", "BigInt", "")])  # fmt: skip
LABELS = st.sampled_from([None, "x", {}, {"LocalizedLabels": []}, {"LocalizedLabels": [{"Label": "Wine"}]}])
COLUMN = st.fixed_dictionaries(
    {"@odata.type": KINDS, "SchemaName": SCHEMA | ANYTHING},
    optional={"DisplayName": LABELS | ANYTHING, "MaxLength": ANYTHING, "MinValue": ANYTHING, "MaxValue": ANYTHING,
              "Precision": ANYTHING, "RequiredLevel": ANYTHING, "IsPrimaryName": st.booleans(), "Format": ANYTHING,
              "OptionSet": st.fixed_dictionaries({"Options": st.lists(st.fixed_dictionaries(
                  {"Value": st.integers(-5, 5) | ANYTHING, "Label": LABELS}), max_size=3)}) | ANYTHING,
              "Targets": st.lists(st.sampled_from(["account", "new_a", "nobody"]), max_size=2) | ANYTHING},
)  # fmt: skip
TABLE = st.fixed_dictionaries(
    {"SchemaName": SCHEMA | ANYTHING, "Attributes": st.lists(COLUMN, max_size=3) | ANYTHING},
    optional={"DisplayName": LABELS | ANYTHING, "OwnershipType": st.sampled_from(["UserOwned", "None", 7, None])},
)
ENDS = ("ReferencedEntity", "ReferencingEntity", "ReferencedAttribute", "Entity1LogicalName", "Entity2LogicalName",
        "IntersectEntityName", "ReferencedEntityNavigationPropertyName",
        "ReferencingEntityNavigationPropertyName")  # fmt: skip
RELATED = st.fixed_dictionaries(
    {"@odata.type": st.sampled_from([f"{CRM}.{one}ToManyRelationshipMetadata" for one in ("One", "Many")]) | ANYTHING,
     "SchemaName": SCHEMA | ANYTHING},
    optional=dict.fromkeys(ENDS, SCHEMA | ANYTHING) | {"Lookup": COLUMN | ANYTHING, "CascadeConfiguration": ANYTHING},
)  # fmt: skip
JOINED = st.sampled_from(["systemuser", "systemuserroles", "role", "roleprivileges", "team", "teammembership",
                          "privilege", "account", "contact", "nobody"])  # fmt: skip
COLUMNS = st.sampled_from(["systemuserid", "roleid", "teamid", "name", "fullname", "accountid", "parentcustomerid",
                           "businessunitid", "systemuserroleid", "parentsystemuserid", "x", ""])  # fmt: skip
OPERATORS = st.sampled_from(["eq", "ne", "in", "null", "under", "eq-or-above", "not-under", "eq-useroruserhierarchy",
                             "eq-useroruserhierarchyandteams", "contain-values", "in-fiscal-period", "in-fiscal-year",
                             "last-x-fiscal-years", "in-or-after-fiscal-period-and-year", "like"])  # fmt: skip
KINDS_OF_LINK = st.sampled_from(["inner", "outer", "any", "not any", "all", "exists", "in", "natural", "matchfirst"])


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """An organization that may be changed beyond recognition."""
    running = Sandbox(Options(str(tmp_path_factory.mktemp("messages") / "organization.sqlite3")))
    running.start()
    yield Caller(running.ready, "administrator")
    running.stop()


def still_whole(call: Caller) -> bool:
    """The organization describes itself and keeps rows."""
    row = call.create("accounts", name="Adatum")
    return (call("GET", "$metadata").status_code, call("DELETE", f"accounts({row})").status_code) == (200, 204)


# --- solution files ------------------------------------------------------------------------------------------


def brought_in(call: Caller, content: bytes, how: int) -> bool:
    body: dict[str, Any] = {"CustomizationFile": base64.b64encode(content).decode()}
    message = ("ImportSolution", "StageSolution")[how % 2]
    return fine(call("POST", message, body)) and still_whole(call)


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255), st.integers(0, len(FILE)), st.integers(0, 1))
@SETTINGS
def test_any_damage_to_a_solution_file_is_refused_or_harmless(
    call: Caller, at: int, by: int, end: int, how: int
) -> None:
    changed = bytearray(FILE)
    changed[at] ^= by
    assert brought_in(call, bytes(changed), how)
    assert brought_in(call, FILE[:end], how)


def torn(seed: int, text: str) -> bytes:
    """The solution with some elements gone, doubled or saying something else."""
    chance = random.Random(seed)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FILE)) as whole, zipfile.ZipFile(packed, "w") as made:
        wrong = chance.choice(XML)
        for name in whole.namelist():
            content = whole.read(name)
            made.writestr(name, _worn(content, chance, text) if name == wrong else content)
    return packed.getvalue()


def _worn(content: bytes, chance: random.Random, text: str) -> bytes:
    root = ElementTree.fromstring(content)
    for _ in range(chance.randint(1, 4)):
        parent = chance.choice(list(root.iter()))
        if not len(parent):
            parent.text = text
            continue
        child = chance.choice(list(parent))
        match chance.randint(0, 3):
            case 0:
                parent.remove(child)
            case 1:
                parent.append(child)
            case 2:
                child.text = text
            case 3:
                for name in list(child.keys()):
                    child.set(name, text)
    return ElementTree.tostring(root)


@given(st.integers(), TEXTS, st.integers(0, 3))
@SETTINGS
def test_any_solution_with_parts_missing_or_wrong_is_taken_or_refused(
    call: Caller, seed: int, text: str, how: int
) -> None:
    assert brought_in(call, torn(seed, text), how)


@pytest.mark.parametrize("name", ["ImportSolution", "ImportSolutionAsync", "StageSolution"])
@given(ANYTHING, ANYTHING)
@SETTINGS
def test_any_argument_of_an_import_is_taken_or_refused(call: Caller, name: str, content: Any, job: Any) -> None:
    assert fine(call("POST", name, {"CustomizationFile": content, "ImportJobId": job, "SolutionParameters": content}))
    if name == "ImportSolution":
        whole = base64.b64encode(FILE).decode()
        assert fine(call("POST", name, {"CustomizationFile": whole, "ImportJobId": job, "HoldingSolution": content}))


# --- definitions ---------------------------------------------------------------------------------------------


@given(TABLE, st.lists(COLUMN, max_size=2), RELATED)
@SETTINGS
def test_any_definition_is_taken_or_refused(
    call: Caller, table: dict[str, Any], columns: list[dict[str, Any]], related: dict[str, Any]
) -> None:
    assert fine(call("POST", "EntityDefinitions", table))
    assert fine(call("POST", "CreateEntities", {"Entities": [table, table]}))
    for column in columns:
        assert fine(call("POST", "EntityDefinitions(LogicalName='contact')/Attributes", column))
    assert fine(call("POST", "RelationshipDefinitions", related))
    assert still_whole(call)
    for row in call.rows("EntityDefinitions?$select=LogicalName&$filter=IsCustomEntity eq true"):
        assert fine(call("DELETE", f"EntityDefinitions(LogicalName='{quote(row['LogicalName'])}')"))


@given(st.lists(st.sampled_from(["name", "fax", "statecode", "creditlimit", "x"]), max_size=3) | ANYTHING,
       SCHEMA | ANYTHING)  # fmt: skip
@SETTINGS
def test_any_alternate_key_is_taken_or_refused(call: Caller, columns: Any, schema: Any) -> None:
    where = "EntityDefinitions(LogicalName='account')/Keys"
    assert fine(call("POST", where, {"SchemaName": schema, "KeyAttributes": columns}))
    for row in call.rows(where):
        assert fine(call("DELETE", f"{where}(LogicalName='{quote(row['LogicalName'])}')"))


# --- webhooks ------------------------------------------------------------------------------------------------


@given(
    st.dictionaries(st.sampled_from(["contract", "authtype", "messageformat", "name", "url", "authvalue"]),
                    st.integers(0, 9) | TEXTS | ANYTHING, max_size=4),
    st.dictionaries(st.sampled_from(["mode", "stage", "rank", "filteringattributes", "name", "supporteddeployment",
                                     "asyncautodelete", "statecode", "description", "configuration"]),
                    st.integers(0, 50) | TEXTS | ANYTHING, max_size=5),
    st.sampled_from(["Create", "Update", "Delete", "Associate", "Retrieve"]),
)  # fmt: skip
@SETTINGS
def test_any_registration_of_a_webhook_is_taken_or_refused(
    call: Caller, endpoint: dict[str, Any], step: dict[str, Any], message: str
) -> None:
    plain = {"name": "Adatum", "contract": 8, "url": "http://127.0.0.1:9/", "authtype": 4, "authvalue": "s",
             "messageformat": 2}  # fmt: skip
    made = call("POST", "serviceendpoints", plain | endpoint)
    assert fine(made)
    if made.status_code != 204:
        return
    address = made.headers["OData-EntityId"]
    found = call.rows(f"sdkmessages?$select=sdkmessageid&$filter=name eq '{message}'")
    bound = {"eventhandler_serviceendpoint@odata.bind": address}
    if found:
        bound["sdkmessageid@odata.bind"] = f"/sdkmessages({found[0]['sdkmessageid']})"
    given = {"name": "x", "mode": 1, "stage": 40, "rank": 1, **bound, **step}
    assert fine(call("POST", "sdkmessageprocessingsteps", given))
    assert still_whole(call)
    for row in call.rows("sdkmessageprocessingsteps?$select=sdkmessageprocessingstepid"):
        assert fine(call("DELETE", f"sdkmessageprocessingsteps({row['sdkmessageprocessingstepid']})"))
    assert fine(call("DELETE", address))


# --- questions across tables ---------------------------------------------------------------------------------


@given(JOINED, st.lists(st.tuples(JOINED, COLUMNS, COLUMNS, KINDS_OF_LINK, st.booleans()), max_size=4),
       COLUMNS, OPERATORS, st.lists(TEXTS, max_size=2))  # fmt: skip
@SETTINGS
def test_any_question_across_tables_is_answered_or_refused(
    call: Caller,
    table: str,
    links: list[tuple[str, str, str, str, bool]],
    column: str,
    operator: str,
    values: list[str],
) -> None:
    root = ElementTree.Element("fetch")
    place = entity = ElementTree.SubElement(root, "entity", {"name": table})
    for name, far, near, kind, inside in links:
        made = {"name": name, "from": far, "to": near, "link-type": kind}
        place = ElementTree.SubElement(place if inside else entity, "link-entity", made)
    where = ElementTree.SubElement(place, "filter")
    condition = ElementTree.SubElement(where, "condition", {"attribute": column, "operator": operator})
    for value in values:
        ElementTree.SubElement(condition, "value").text = value
    text = ElementTree.tostring(root, encoding="unicode")
    assert fine(call("GET", f"{table}s?fetchXml={quote(text)}"))
