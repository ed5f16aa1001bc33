"""A second factor in a real browser: an authenticator app without scripts, and a passkey of Chromium's own virtual
device, stored and shown.

The tests go on where the one before left the company, so they run in one process and in this order.
"""

from __future__ import annotations

import time
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Demo, Strict, sign_out, unfit
from tests.real.company import demo as served

__all__ = ["served"]

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.story]
DEMO = ["--customers", "5", "--accounts", "5"]
PHONE = {"width": 400, "height": 850}
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
ALWAYS = {"isUserVerified": True, "automaticPresenceSimulation": True}


@pytest.fixture(scope="module", autouse=True)
def offered() -> Iterator[None]:
    """The demo starts with second factors offered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECOND_FACTOR", "optional")
        yield


@pytest.fixture(scope="module")
def demo(offered: None, served: Demo) -> Demo:
    """By its name: browsers know passkeys on no bare address."""
    return replace(served, url=f"http://localhost:{urlsplit(served.url).port}")


@pytest.fixture(scope="module")
def annettes(demo: Demo, chromium: Browser) -> Iterator[BrowserContext]:
    """Annette's browser, on a phone, with a device that knows her finger."""
    context = chromium.new_context(base_url=demo.url, viewport=PHONE)
    yield context
    context.close()


@pytest.fixture(scope="module")
def page(demo: Demo, annettes: BrowserContext) -> Iterator[Page]:
    page = annettes.new_page()
    strict = Strict(page, demo.url)
    line = annettes.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **ALWAYS}})
    yield page
    assert strict.wrong == []


def with_password(page: Page, demo: Demo) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def signed_out(page: Page) -> None:
    sign_out(page)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_passkey_is_stored_and_recovery_codes_are_shown_once(demo: Demo, page: Page) -> None:
    with_password(page, demo)
    page.get_by_role("heading", name="Home").wait_for()
    page.goto("/accounts/second-factor/")
    assert unfit(page) == []
    page.get_by_role("link", name="Add a Passkey").click()
    page.get_by_label("Name").fill("Annette's phone")
    page.get_by_label("Sign in with this passkey alone").check()
    assert unfit(page) == []
    page.get_by_role("button", name="Add").click()

    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    expect(page.locator("ul.font-monospace li")).to_have_count(10)
    assert unfit(page) == []
    page.get_by_role("main").get_by_role("link", name="Second Factor").click()
    expect(page.get_by_role("listitem").filter(has_text="Annette's phone")).to_contain_text("never used")
    assert unfit(page) == []


def test_after_the_password_the_passkey_is_asked_for(demo: Demo, page: Page) -> None:
    signed_out(page)
    with_password(page, demo)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert unfit(page) == []
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_the_passkey_alone_signs_in_and_leads_on(page: Page) -> None:
    signed_out(page)
    page.goto("/accounts/login/?next=/mappings/")
    assert unfit(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", name="Integration Table Mappings")).to_be_visible()


def test_a_device_that_does_not_answer_is_told_in_words(page: Page) -> None:
    signed_out(page)
    page.evaluate("() => { navigator.credentials.get = async () => { throw new DOMException('', 'NotAllowedError') } }")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("The browser got no passkey")).to_be_visible()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_the_passkey_is_shown_again_before_it_is_removed(demo: Demo, page: Page) -> None:
    page.goto("/accounts/second-factor/")
    page.get_by_role("link", name="Remove Annette's phone").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    expect(page.get_by_text("show a passkey again")).to_be_visible()
    expect(page.get_by_role("link", name="Use a code instead")).to_be_visible()
    assert unfit(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Remove Passkey")).to_be_visible()
    assert unfit(page) == []
    page.get_by_role("button", name="Remove").click()

    expect(page.get_by_role("main")).to_contain_text("Signing in asks for your password alone.")
    signed_out(page)
    with_password(page, demo)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_without_scripts_an_app_is_set_up_and_asked_for_and_no_passkey_is_offered(
    demo: Demo, chromium: Browser
) -> None:
    context = chromium.new_context(base_url=demo.url, java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    with_password(page, demo)
    page.goto("/accounts/second-factor/passkeys/new/")
    expect(page.get_by_role("button", name="Add")).to_be_hidden()
    expect(page.get_by_text("Passkeys need a browser that runs scripts.")).to_be_visible()
    page.goto("/accounts/second-factor/app/")
    secret = page.locator("code").inner_text()
    page.get_by_label("Code that the app shows").fill(code_of(secret))
    page.get_by_role("main").get_by_role("button", name="Set Up").click()
    codes = page.locator("ul.font-monospace li")
    expect(codes).to_have_count(10)
    code = codes.first.inner_text()
    signed_out(page)
    expect(page.get_by_label("Username")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    with_password(page, demo)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Code of your authenticator app").fill(code)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    context.close()


def code_of(secret: str) -> str:
    """What an app with this key shows now."""
    return TOTP(b32decode(secret), 6, SHA1(), 30, enforce_key_length=False).generate(int(time.time())).decode()
