"""Documents that a salesperson makes at the page."""

from __future__ import annotations

from tests.sandbox.salesperson import Browser, complaint, id_of


def document(browser: Browser, kind: str, account: str, priced: tuple[str, str]) -> str:
    """The address of one with three of the product."""
    prices, product = priced
    path = browser.made(kind, name="Spring", customerid_account=id_of(account), pricelevelid=prices)
    answer = browser.post(f"{path}/lines", productid=product, quantity="3")
    assert answer.status_code == 200, complaint(answer)
    return path
