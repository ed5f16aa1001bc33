"""The web server and its company alone, for pages that need neither queue nor Sales; and its use by keyboard."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page

from tests.real.demo import HOUSE, Demo
from tests.real.migrated import database

NOBODY = "https://127.0.0.1:9"
"""The address of Sales: no page here asks it."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The web server and its company alone: a document needs neither queue nor Sales. A file with ``CUSTOMERS`` has
    that many."""
    customers = str(getattr(request.module, "CUSTOMERS", 5))
    home = tmp_path_factory.mktemp("documents")
    manage = [sys.executable, str(HOUSE / "manage.py")]
    there = dict.fromkeys(("tenant", "client_id", "client_secret"), "contoso")
    ready = json.dumps({"url": NOBODY, "token_endpoint": f"{NOBODY}/token", **there})
    with database(home) as env:
        setup = subprocess.run(
            [*manage, "demo_setup", "--customers", customers],
            input=ready,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        process = subprocess.Popen([*manage, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, env=env)
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"].rstrip("/")
        yield Demo(url, json.loads(setup.stdout)["password"], home, process, env)
        process.terminate()
        process.communicate(timeout=30)


def write_over(page: Page, cell: Locator, text: str) -> None:
    """Type over what a cell holds."""
    cell.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def do(page: Page, name: str) -> None:
    """Press a button or follow a link with the keyboard."""
    found = page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True))
    found.first.focus()
    page.keyboard.press("Enter")
