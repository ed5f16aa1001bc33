"""The twin: it keeps the contract, and it can do what a real system cannot be told to."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integration.systems.errors import (
    CursorExpired,
    DuplicateKey,
    FieldMissing,
    InvalidValue,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unreachable,
)
from integration.systems.filters import parse
from integration.systems.memory import PERSON, MemorySystem
from integration.systems.system import System, every
from integration.systems.values import Ref, Row, Side
from tests.makers import crm_tables, erp_tables, systems
from tests.systems.contract import Ground, SystemContract, Target


class TestErpTwin(SystemContract):
    @pytest.fixture
    def system(self) -> System:
        return MemorySystem(Side.ERP, erp_tables(), page_size=3)

    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "customer", name="name", text="phone_no", amount="credit_limit", option="blocked", option_values=(1, 3),
            moment="last_call", day="last_statement", flag="combine_shipments", code="no", key="no",
            reference="salesperson_code", target=Target("salesperson", {"code": "JO", "name": "Jim Olive"}),
        )  # fmt: skip


class TestCrmTwin(SystemContract):
    @pytest.fixture
    def system(self) -> System:
        system = MemorySystem(Side.CRM, crm_tables(), page_size=2)
        system.tells_versions = False
        system.actions["deactivate"] = lambda twin, table, row, given: twin.edit(table, row, statecode=1)
        return system

    @pytest.fixture
    def ground(self) -> Ground:
        return Ground(
            "account", name="name", text="telephone1", amount="creditlimit", option="customertypecode",
            option_values=(3, 11), moment="lastonholdtime", flag="creditonhold", reference="parentaccountid",
            target=Target("account", {"name": "Contoso"}), action="deactivate", acted={"statecode": 1},
        )  # fmt: skip


# --- what only the twin can do ---------------------------------------------------------------------------------


@pytest.fixture
def crm() -> MemorySystem:
    return MemorySystem(Side.CRM, crm_tables(), page_size=2)


@pytest.fixture
def erp() -> MemorySystem:
    return systems()[0]


def rows(*names: str) -> list[Row]:
    return [Row(uuid.uuid4(), {"name": name}) for name in names]


def test_it_tells_who_changed_a_row_last(crm: MemorySystem) -> None:
    (row,) = rows("Adatum")
    crm.insert("account", [row])
    assert crm.get("account", [row.id], ["name"])[row.id].modified_by == crm.user_id

    crm.edit("account", row.id, telephone1="030 1")

    assert crm.get("account", [row.id], ["name"])[row.id].modified_by == PERSON


def test_what_a_person_does_is_no_call(crm: MemorySystem) -> None:
    adatum = crm.add("account", name="Adatum")
    crm.edit("account", adatum, telephone1="030 1")
    crm.remove("account", adatum)

    assert not crm.calls


def test_every_call_and_every_page_is_counted(crm: MemorySystem) -> None:
    given = rows("Adatum", "Fabrikam", "Litware")
    crm.insert("account", given)
    list(crm.changes("account", ["name"]))
    list(every(crm, "account"))
    crm.get("account", [given[0].id], ["name"])

    assert crm.calls == {"insert": 1, "changes": 2, "find": 2, "get": 1}
    assert crm.log[0].rows == tuple(given)
    assert crm.log[-1].ids == (given[0].id,)


def test_a_call_can_fail_before_anything_happened(crm: MemorySystem) -> None:
    given = rows("Adatum", "Fabrikam")
    crm.fail_on("insert", TimedOut("no answer"))

    with pytest.raises(TimedOut):
        crm.insert("account", given)

    assert crm.ids("account") == []
    assert all(answer.ok for answer in crm.insert("account", given))


def test_a_call_can_fail_after_some_or_all_of_it_took_effect(crm: MemorySystem) -> None:
    first, second = rows("Adatum", "Fabrikam", "Litware"), rows("Contoso", "Proseware")
    crm.fail_on("insert", Unreachable("broken off"), done=1)
    crm.fail_on("insert", Unreachable("broken off"), done=None)

    for given in (first, second):
        with pytest.raises(Unreachable):
            crm.insert("account", given)

    assert crm.ids("account") == [first[0].id, second[0].id, second[1].id]


def test_a_record_problem_is_the_answer_for_the_rows_it_is_meant_for(crm: MemorySystem) -> None:
    crm.fail_on("insert", Refused("no"), when=lambda call: call.rows[0].values["name"] == "Fabrikam")

    answers = crm.insert("account", rows("Adatum", "Fabrikam", "Litware"))

    assert [answer.error and answer.error.code for answer in answers] == [None, "refused", None]
    assert len(crm.ids("account")) == 2


def test_a_fault_wears_off_after_its_times(crm: MemorySystem) -> None:
    crm.fail_on("check", Throttled("later", retry_after=1.0), times=2)

    for _ in range(2):
        with pytest.raises(Throttled):
            crm.check()

    assert crm.check().user_id == crm.user_id


def test_reading_can_break_off_between_two_pages(crm: MemorySystem) -> None:
    for name in ("Adatum", "Fabrikam", "Litware"):
        crm.add("account", name=name)
    pages = crm.changes("account", ["name"])
    first = next(pages)
    crm.fail_on("changes", Unreachable("broken off"))

    with pytest.raises(Unreachable):
        next(pages)

    rest = list(crm.changes("account", ["name"], first.cursor))
    assert [record.values["name"] for page in (first, *rest) for record in page.records] == [
        "Adatum", "Fabrikam", "Litware"
    ]  # fmt: skip


def test_cursors_can_expire(crm: MemorySystem) -> None:
    cursor = list(crm.changes("account", ["name"]))[-1].cursor
    crm.expire_cursors()

    with pytest.raises(CursorExpired):
        list(crm.changes("account", ["name"], cursor))
    assert list(crm.changes("account", ["name"]))


def test_its_clock_can_go_wrong_without_touching_versions(crm: MemorySystem) -> None:
    adatum = crm.add("account", name="Adatum")
    before = crm.get("account", [adatum], ["name"])[adatum]
    crm.skew = dt.timedelta(days=-1)
    crm.edit("account", adatum, name="Adatum Corporation")

    after = crm.get("account", [adatum], ["name"])[adatum]
    assert before.modified_at is not None
    assert after.modified_at is not None
    assert after.modified_at < before.modified_at
    assert int(after.version) > int(before.version)


def test_a_table_without_change_tracking_repeats_the_last_row_and_hides_deletions() -> None:
    quiet = replace(crm_tables()[2], tracks_changes=False)
    crm = MemorySystem(Side.CRM, [quiet])
    adatum, fabrikam = crm.add("account", name="Adatum"), crm.add("account", name="Fabrikam")
    cursor = list(crm.changes("account", ["name"]))[-1].cursor
    crm.remove("account", adatum)

    (page,) = crm.changes("account", ["name"], cursor)

    assert [record.id for record in page.records] == [fabrikam]
    assert page.deleted == []


def test_delta_reading_knows_no_filter_but_the_company_does(crm: MemorySystem, erp: MemorySystem) -> None:
    crm.add("account", name="Adatum", statecode=1)
    erp.add("customer", name="Adatum", blocked=3)

    assert [len(page.records) for page in crm.changes("account", ["name"], where=parse("statecode = 0"))] == [1]
    assert [len(page.records) for page in erp.changes("customer", ["name"], where=parse("no = 'X'"))] == [0]


def test_keys_of_the_company_are_unique_and_numbered_by_itself(erp: MemorySystem) -> None:
    first, second = erp.add("customer", name="Adatum"), erp.add("customer", name="Fabrikam")
    assert [erp.values("customer", id)["no"] for id in (first, second)] == ["C00001", "C00002"]

    (answer,) = erp.insert("customer", [Row(uuid.uuid4(), {"no": "c00001", "name": "Litware"})])

    assert isinstance(answer.error, DuplicateKey)


def test_a_plug_in_may_change_what_is_stored(crm: MemorySystem) -> None:
    crm.plug_ins["account"] = lambda values: {**values, "name": str(values["name"]).upper()}

    assert crm.values("account", crm.add("account", name="Adatum"))["name"] == "ADATUM"


def test_what_a_block_did_is_undone_when_it_fails(erp: MemorySystem) -> None:
    kept = erp.add("customer", name="Adatum")

    with pytest.raises(NotFound), erp.atomic():  # noqa: PT012 - the block is what is tested
        erp.add("customer", name="Fabrikam")
        erp.edit("customer", kept, name="Litware")
        erp.edit("customer", uuid.uuid4(), name="Nobody")

    assert erp.ids("customer") == [kept]
    assert erp.values("customer", kept)["name"] == "Adatum"


def test_actions_run_by_name_and_unknown_ones_are_refused(crm: MemorySystem) -> None:
    crm.actions["deactivate"] = lambda system, table, row, arguments: system.edit(table, row, statecode=arguments["to"])
    adatum = crm.add("account", name="Adatum", statecode=0)

    crm.act("account", adatum, "deactivate", to=1)

    assert crm.values("account", adatum)["statecode"] == 1
    with pytest.raises(Refused, match="publish"):
        crm.act("account", adatum, "publish")
    with pytest.raises(NotFound):
        crm.act("account", uuid.uuid4(), "deactivate", to=1)


def test_a_contact_says_what_kind_of_row_its_parent_is(crm: MemorySystem) -> None:
    adatum = crm.add("account", name="Adatum")
    person = crm.add("contact", lastname="Mortensen", parentcustomerid=Ref("account", adatum))

    assert crm.values("contact", person)["parentcustomeridtype"] == "account"
    assert crm.values("contact", person)["parentcustomerid"] == Ref("account", adatum)
    (answer,) = crm.insert("contact", [Row(uuid.uuid4(), {"lastname": "A", "parentcustomeridtype": "account"})])
    assert isinstance(answer.error, InvalidValue)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", 5), ("name", None), ("numberofemployees", True), ("numberofemployees", -1), ("creditlimit", 1.5),
        ("creditlimit", Decimal("NaN")), ("statecode", "Active"), ("creditonhold", 1),
        ("lastonholdtime", dt.datetime(2026, 1, 1)), ("lastonholdtime", dt.date(2026, 1, 1)),  # noqa: DTZ001
        ("ownerid", uuid.uuid4()), ("ownerid", Ref("account", uuid.uuid4())),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_by_field(crm: MemorySystem, column: str, value: Any) -> None:
    (answer,) = crm.insert("account", [Row(uuid.uuid4(), {"name": "Adatum", column: value})])

    assert isinstance(answer.error, InvalidValue)
    assert answer.error.field == column


def test_a_system_that_gives_its_own_ids_answers_an_insert_with_them(erp: MemorySystem) -> None:
    erp.keeps_ids, erp.marks = False, {"customer": "address_2"}
    described = erp.describe("customer")
    assert (described.keeps_ids, described.mark_field) == (False, "address_2")
    ours = uuid.uuid4()
    [answer] = erp.insert("customer", [Row(ours, {"name": "Adatum"})])
    assert answer.id != ours
    assert list(erp.get("customer", [ours, answer.id], ["name"])) == [answer.id]


def test_a_lacking_column_is_neither_described_nor_read_nor_written_but_people_see_it(erp: MemorySystem) -> None:
    erp.lacking = {"customer": {"phone_no": "Publish page 21."}}
    described = erp.describe("customer")
    assert "phone_no" not in described.fields
    assert described.lacking == {"phone_no": "Publish page 21."}
    id = erp.add("customer", name="Adatum", phone_no="030 1")
    with pytest.raises(FieldMissing):
        erp.get("customer", [id], ["phone_no"])
    with pytest.raises(FieldMissing):
        erp.update("customer", [Row(id, {"phone_no": "030 2"})])
    assert erp.values("customer", id)["phone_no"] == "030 1"
