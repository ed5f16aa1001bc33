"""Orders and invoices that are closed to changes are opened, changed and closed again in one, or stay as they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.store import SalesOrganization
from integration.systems.errors import InvalidValue, NotFound, Refused, VersionConflict
from integration.systems.values import Row, Value
from tests.dataverse.counterpart import Says
from tests.dataverse.relay import Relay, Trouble, relay
from tests.organization import demo_organization

STATES = {
    "active": (0, 1), "pending": (0, 2), "submitted": (1, 3), "canceled": (2, 4), "invoiced": (4, 100003),
}  # fmt: skip
BILLS = {"billed": (0, 4), "paid": (2, 100001), "partly": (2, 100002), "canceled": (3, 100003)}
SUBMITTED = frozenset({1})


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with demo_organization(tmp_path_factory.mktemp("closed")) as running:
        yield running.ready


@pytest.fixture
def line(sandbox: dict[str, Any]) -> Iterator[Relay]:
    with relay(sandbox) as running:
        yield running


@pytest.fixture
def sales(line: Relay) -> Iterator[SalesOrganization]:
    made = line.organization()
    yield made
    made.close()


def state_of(state: tuple[int, int]) -> dict[str, Value]:
    return {"statecode": state[0], "statuscode": state[1]}


def make(sales: SalesOrganization, table: str, state: tuple[int, int]) -> uuid.UUID:
    (written,) = sales.insert(table, [Row(uuid.uuid4(), {"name": "Bicycles for Adatum"})])
    assert sales.update(table, [Row(written.id, state_of(state))])[0].ok
    return written.id


def order(sales: SalesOrganization, state: str = "submitted") -> uuid.UUID:
    return make(sales, "salesorder", STATES[state])


def shown(sales: SalesOrganization, table: str, id: uuid.UUID) -> tuple[Any, ...]:
    found = sales.get(table, [id], ["statecode", "statuscode", "description"])[id].values
    return found["statecode"], found["statuscode"], found["description"]


def change(sales: SalesOrganization, id: uuid.UUID, table: str = "salesorder", **how: Any) -> Any:
    how = {"from_states": SUBMITTED, "values": {"description": "Hurry"}, **how}
    return sales.update(table, [Row(id, **how)])[0]


def test_a_submitted_order_is_changed_and_stays_submitted(sales: SalesOrganization) -> None:
    id = order(sales)

    answer = change(sales, id)

    assert answer.ok
    assert answer.values == {"description": "Hurry"}
    assert answer.version == sales.get("salesorder", [id], [])[id].version
    assert shown(sales, "salesorder", id) == (1, 3, "Hurry")


@pytest.mark.parametrize("before", sorted(STATES))
@pytest.mark.parametrize("after", sorted(STATES))
def test_an_order_gets_from_every_state_to_every_other_with_its_columns(
    sales: SalesOrganization, before: str, after: str
) -> None:
    id = order(sales, before)

    answer = change(
        sales, id, values={"description": "Hurry", **state_of(STATES[after])}, from_states=frozenset(range(5))
    )

    assert answer.ok
    assert shown(sales, "salesorder", id) == (*STATES[after], "Hurry")


@pytest.mark.parametrize("before", sorted(BILLS))
@pytest.mark.parametrize("after", sorted(BILLS))
def test_an_invoice_gets_from_every_state_to_every_other(sales: SalesOrganization, before: str, after: str) -> None:
    id = make(sales, "invoice", BILLS[before])

    answer = change(sales, id, "invoice", values=state_of(BILLS[after]), from_states=frozenset({0, 2, 3}))

    assert answer.ok
    assert shown(sales, "invoice", id)[:2] == BILLS[after]


def test_a_canceled_order_is_not_revived_by_a_fresh_version(sales: SalesOrganization) -> None:
    id = order(sales, "canceled")
    fresh = sales.get("salesorder", [id], [])[id].version

    answer = change(sales, id, version=fresh)

    assert isinstance(answer.error, Refused)
    assert str(answer.error) == "Order is Canceled in Dynamics 365 Sales and stays as it is."
    assert shown(sales, "salesorder", id) == (2, 4, "")


def test_an_order_canceled_between_the_look_and_the_change_stays_canceled(
    sales: SalesOrganization, line: Relay
) -> None:
    id = order(sales)

    def cancel(asked: Any) -> Says:
        assert sales.update("salesorder", [Row(id, state_of(STATES["canceled"]))])[0].ok
        return line._forward(asked)

    line.troubles.append(Trouble(lambda asked: b"changeset" in asked.body, cancel))

    answer = change(sales, id)

    assert isinstance(answer.error, VersionConflict)
    assert shown(sales, "salesorder", id) == (2, 4, "")


def test_a_stale_version_is_a_conflict(sales: SalesOrganization) -> None:
    assert isinstance(change(sales, order(sales), version='W/"1"').error, VersionConflict)


def test_an_order_that_is_gone_is_not_found(sales: SalesOrganization) -> None:
    assert isinstance(change(sales, uuid.uuid4()).error, NotFound)


def test_an_order_whose_change_is_refused_is_not_left_open(sales: SalesOrganization) -> None:
    id = order(sales)

    answer = change(sales, id, values={"description": "Hurry", "discountamount": -1})

    assert isinstance(answer.error, InvalidValue)
    assert "Order Discount Amount" in str(answer.error)
    assert shown(sales, "salesorder", id) == (1, 3, "")


def test_nobody_finds_the_order_open_when_the_line_breaks(sales: SalesOrganization, line: Relay) -> None:
    id = order(sales)
    line.lose_answer("changeset")

    answer = change(sales, id)

    assert answer.ok, "the second attempt meets what the first one wrote"
    assert answer.version == sales.get("salesorder", [id], [])[id].version
    assert shown(sales, "salesorder", id) == (1, 3, "Hurry")


def test_without_states_sales_says_itself_what_it_does_not_take(sales: SalesOrganization) -> None:
    id = order(sales)

    assert "read-only" in str(change(sales, id, from_states=frozenset()).error)
    assert shown(sales, "salesorder", id) == (1, 3, "")


def test_nothing_to_change_is_not_sent(sales: SalesOrganization, line: Relay) -> None:
    id = order(sales)
    version = sales.get("salesorder", [id], [])[id].version

    answer = change(sales, id, values=state_of(STATES["submitted"]))

    assert answer.version == version
    assert not [asked for asked in line.asked if b"changeset" in asked.body]


def test_a_hundred_orders_travel_in_two_requests(sales: SalesOrganization) -> None:
    rows = [Row(uuid.uuid4(), {"name": f"Order {number}"}) for number in range(100)]
    sales.insert("salesorder", rows)
    sales.update("salesorder", [Row(row.id, state_of(STATES["submitted"])) for row in rows])
    before = sales.requests

    answers = sales.update(
        "salesorder", [Row(row.id, {"description": "Hurry"}, None, frozenset(), SUBMITTED) for row in rows]
    )

    assert all(answer.ok for answer in answers)
    assert sales.requests - before == 2


def test_one_refused_order_of_several_fails_alone(sales: SalesOrganization) -> None:
    submitted, canceled, open_ = (order(sales, name) for name in ("submitted", "canceled", "active"))

    answers = sales.update(
        "salesorder",
        [
            Row(canceled, {"description": "Hurry"}, from_states=SUBMITTED),
            Row(open_, {"description": "Hurry"}),
            Row(submitted, {"description": "Hurry"}, from_states=SUBMITTED),
        ],
    )

    assert [answer.ok for answer in answers] == [False, True, True]
    assert [answer.id for answer in answers] == [canceled, open_, submitted]


@pytest.mark.parametrize(("verb", "after"), [
    ("reopen", (0, 1)), ("set_pending", (0, 2)), ("submit", (1, 3)), ("set_invoiced", (4, 100003)),
])  # fmt: skip
def test_the_states_of_orders_have_verbs(sales: SalesOrganization, verb: str, after: tuple[int, int]) -> None:
    id = order(sales)

    sales.act("salesorder", id, verb, from_states={1})

    assert verb in sales.describe("salesorder").actions
    assert shown(sales, "salesorder", id)[:2] == after


@pytest.mark.parametrize(("verb", "after"), [
    ("bill", (0, 4)), ("pay", (2, 100001)), ("pay_partially", (2, 100002)), ("cancel", (3, 100003)),
])  # fmt: skip
def test_the_states_of_invoices_have_verbs(sales: SalesOrganization, verb: str, after: tuple[int, int]) -> None:
    id = make(sales, "invoice", BILLS["canceled"])

    sales.act("invoice", id, verb, from_states={3})

    assert shown(sales, "invoice", id)[:2] == after


def test_a_state_verb_takes_nothing_else(sales: SalesOrganization) -> None:
    with pytest.raises(Refused, match="takes no “colour”"):
        sales.act("salesorder", order(sales), "submit", colour="red")


def test_a_state_without_its_reason_is_a_mistake_of_the_caller(sales: SalesOrganization) -> None:
    with pytest.raises(ValueError, match="together with its reason"):
        change(sales, order(sales), values={"statecode": 4})
