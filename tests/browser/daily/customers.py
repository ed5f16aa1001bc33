"""Customers as a person enters them, and where their cards are."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

CARD = re.compile(r"/records/erp/customer/[0-9a-f-]{36}/(\?|$)")
"""A card, and no page below it: who waits for the card must not take a page on the way to it for it."""
CREATE = "Create Account in Dynamics 365 Sales"
PATIENCE = 60_000
POST_CODE = "LS1 4AP"


def new_customer(page: Page, name: str, **more: str) -> None:
    """Enter a customer; the page is its card."""
    page.goto("/records/erp/customer/new/")
    for field, text in {"name": name, "salesperson_code": "AH", "post_code": POST_CODE, **more}.items():
        page.locator(f"#id-{field}").fill(text)
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.wait_for_url(CARD)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def wait_until_both_agree(page: Page, card: str) -> None:
    """Until the runs that are under way have made both records alike; the page is the card."""
    comparison = page.locator("section#comparison")
    for _ in range(PATIENCE // 250):
        page.goto(card)
        expect(comparison).to_be_visible(timeout=PATIENCE)
        if "Both records agree" in comparison.inner_text():
            break
        page.wait_for_timeout(250)
    expect(comparison).to_contain_text("Both records agree")
