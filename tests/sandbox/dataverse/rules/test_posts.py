"""Posts: what is told in the activity feed of a record."""

from __future__ import annotations

from tests.sandbox.conftest import Caller
from tests.sandbox.trade import document


def test_a_post_is_told_in_the_feed_of_its_order(call: Caller) -> None:
    order = document(call, "salesorders")

    row = call.create("posts", text="Shipped: 2 bicycles", regardingobjectid_salesorder_at_bind=f"/{order.address}")

    (post,) = call.rows(f"salesorders({order.id})/salesorder_Posts")
    assert (post["postid"], post["text"], post["source"], post["type"]) == (row, "Shipped: 2 bicycles", 2, 7)
    assert post["regardingobjecttypecode"] == "salesorder"
    assert call.rows(f"posts?$filter=_regardingobjectid_value eq {order.id}")[0]["postid"] == row


def test_a_post_goes_with_what_it_is_about(call: Caller) -> None:
    account = call.create("accounts", name="Adatum")
    row = call.create("posts", text="Called", regardingobjectid_account_at_bind=f"/accounts({account})")

    call("DELETE", f"accounts({account})")

    assert call("GET", f"posts({row})").status_code == 404


def test_a_long_post_begins_in_the_short_column(call: Caller) -> None:
    account = call.create("accounts", name="Adatum")
    bind = {"regardingobjectid_account@odata.bind": f"/accounts({account})"}

    row = call.create("posts", largetext="x" * 2000, regardingobjectid_account_at_bind=f"/accounts({account})")

    assert len(call.get(f"posts({row})")["text"]) == 1000
    assert call.refusal("POST", "posts", bind) == (400, "0x80040203")
    assert call.refusal("POST", "posts", {"text": "Called"}) == (400, "0x80040203")
