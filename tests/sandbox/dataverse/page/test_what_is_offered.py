"""What a salesperson is offered at the page is what will be done: whom a record can be given to, what can be changed,
and which button stands out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.page.documents import document
from tests.sandbox.salesperson import Browser, allow, complaint, deny, id_of

LINDA, OTIS = "Linda Martin", "Otis Falls"


@pytest.fixture
def linda(sandbox: dict[str, Any]) -> Browser:
    """A colleague of Peter's."""
    return Browser(sandbox).sign_in(LINDA)


@pytest.fixture
def boss(sandbox: dict[str, Any], administrator: Caller) -> Iterator[Browser]:
    """Otis may do everything for a while."""
    allow(administrator, OTIS, "System Administrator")
    yield Browser(sandbox).sign_in(OTIS)
    deny(administrator, OTIS, "System Administrator")


def user(call: Caller, name: str) -> str:
    (found,) = call.rows(f"systemusers?$filter=fullname eq '{name}'&$select=systemuserid")
    return str(found["systemuserid"])


def owners(text: str) -> dict[str, str]:
    """Who is offered as owner: id by name, the chosen one under a blank name."""
    (select,) = re.findall(r'<select name="ownerid".*?</select>', text, re.DOTALL)
    found = {name: id for id, name in re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)', select)}
    return {**found, "": next(iter(re.findall(r'value="([^"]+)" selected', select)), "")}


def buttons(text: str) -> list[str]:
    """What the first row of a record's page offers."""
    (row,) = re.findall(r'<div class="actions">(.*?)</div>', text, re.DOTALL)
    return re.findall(r">([^<>\n]+)</(?:button|a)>", row)


def standing_out(text: str) -> list[str]:
    return re.findall(r'class="(?:button )?main">([^<]+)<', text)


# --- whom it belongs to --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["accounts", "contacts", "opportunities", "quotes", "salesorders"])
def test_a_salesperson_makes_records_of_their_own(peter: Browser, kind: str) -> None:
    assert 'name="ownerid"' not in peter.get(f"/sales/{kind}/new").text


@pytest.mark.parametrize("kind", ["accounts", "contacts", "opportunities", "quotes", "salesorders"])
def test_who_may_make_records_for_others_chooses_among_people_who_can_have_them(
    boss: Browser, call: Caller, kind: str
) -> None:
    found = owners(boss.get(f"/sales/{kind}/new").text)

    assert found[""] == user(call, OTIS)
    assert LINDA in found
    assert "Kevin Wright" not in found  # is disabled


def test_an_account_is_given_to_a_colleague(peter: Browser, account: str, call: Caller) -> None:
    linda = user(call, LINDA)

    peter.post(f"{account}/edit", ownerid=linda)

    assert call.get(f"accounts({id_of(account)})?$select=_ownerid_value")["_ownerid_value"] == linda
    assert buttons(peter.get(account).text) == ["New contact", "New opportunity", "New quote", "New order"]


def test_a_record_is_made_for_a_colleague(boss: Browser, call: Caller) -> None:
    linda = user(call, LINDA)

    path = boss.made("accounts", name="Coho Vineyard", ownerid=linda)

    assert call.get(f"accounts({id_of(path)})?$select=_ownerid_value")["_ownerid_value"] == linda


def test_who_is_disabled_is_refused_as_owner_and_said_so(peter: Browser, account: str, call: Caller) -> None:
    answer = peter.post(f"{account}/edit", ownerid=user(call, "Kevin Wright"))

    assert (answer.status_code, complaint(answer)) == (
        403,
        "The person or team that you give it to is disabled. Choose somebody else.",
    )


def test_an_owner_cannot_be_left_blank(peter: Browser, account: str) -> None:
    assert complaint(peter.post(f"{account}/edit", ownerid="")) == "Owner is missing."


def test_a_record_of_a_team_names_it_and_stays_so_unless_somebody_is_chosen(
    boss: Browser, account: str, administrator: Caller
) -> None:
    me = administrator.get("WhoAmI")["UserId"]
    team = administrator.create("teams", name="Coho Traders", administratorid_at_bind=f"/systemusers({me})")
    (role,) = administrator.rows("roles?$filter=name eq 'Salesperson'&$select=roleid")
    bound = {"@odata.id": f"{administrator.root}roles({role['roleid']})"}
    administrator("POST", f"teams({team})/teamroles_association/$ref", bound)
    administrator("PATCH", f"accounts({id_of(account)})", {"ownerid@odata.bind": f"/teams({team})"})
    found = owners(boss.get(f"{account}/edit").text)
    assert found["Coho Traders"] == found[""] == team
    boss.post(f"{account}/edit", ownerid=found[""], address1_city="York")

    row = administrator.get(f"accounts({id_of(account)})?$select=_ownerid_value,address1_city")
    assert (row["_ownerid_value"], row["address1_city"]) == (team, "York")


# --- what can be changed -------------------------------------------------------------------------------------


def test_the_account_of_a_colleague_offers_nothing_that_would_be_refused(linda: Browser, account: str) -> None:
    text = linda.get(account).text

    assert "Edit" not in buttons(text)
    assert "Add note" in text
    answer = linda.get(f"{account}/edit")
    assert (answer.status_code, complaint(answer)) == (403, "You may not change this account.")


def test_the_order_of_a_colleague_is_only_read(
    peter: Browser, linda: Browser, account: str, priced: tuple[str, str]
) -> None:
    order = document(peter, "salesorders", account, priced)

    assert buttons(peter.get(order).text) == ["Submit", "Cancel order", "Edit"]
    text = linda.get(order).text
    assert buttons(text) == []
    assert "Add product" not in text
    assert "Remove" not in text


def test_a_submitted_order_can_only_be_given_away(
    peter: Browser, account: str, priced: tuple[str, str], call: Caller
) -> None:
    order = document(peter, "salesorders", account, priced)
    peter.post(f"{order}/submit")
    assert buttons(peter.get(order).text) == ["Cancel order", "Assign"]

    form = peter.get(f"{order}/edit").text
    assert re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', form)[-1:] == ["ownerid"]
    assert "requestdeliveryby" not in form
    peter.post(f"{order}/edit", ownerid=user(call, LINDA))

    row = call.get(f"salesorders({id_of(order)})?$select=_ownerid_value,statecode")
    assert (row["_ownerid_value"], row["statecode"]) == (user(call, LINDA), 1)


def test_who_may_not_make_records_is_not_offered_to(linda: Browser, account: str, administrator: Caller) -> None:
    deny(administrator, LINDA, "Salesperson")
    try:
        assert "New order" not in linda.get("/sales/salesorders/").text
        answer = linda.get("/sales/salesorders/new")
        assert "None of your security roles lets you make orders." in answer.text
    finally:
        allow(administrator, LINDA, "Salesperson")
    assert "New order" in linda.get("/sales/salesorders/").text


# --- which button stands out ---------------------------------------------------------------------------------


def test_what_cannot_be_taken_back_never_stands_out(peter: Browser, account: str, priced: tuple[str, str]) -> None:
    order = document(peter, "salesorders", account, priced)
    assert standing_out(peter.get(order).text) == ["Submit"]
    peter.post(f"{order}/submit")

    text = peter.get(order).text

    assert "Cancel order" in buttons(text)
    assert standing_out(text) == []
