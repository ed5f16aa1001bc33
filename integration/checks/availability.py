"""Item availability: can Sales ask for it, and in whose name?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from integration.connection import systems
from integration.models import ConnectionSetup
from integration.models.connection.availability import address_of
from integration.models.people.access_key import key_of
from integration.models.people.rights import READ_AVAILABILITY
from integration.models.people.user import User
from integration.systems.findings import Finding, Severity

WHAT = "Item availability"
RESET = "Press Reset Web Client URL on Connection Setup, and save."
CHOOSE = "Choose another user on Connection Setup, or mend it under Users."


def availability(setup: ConnectionSetup) -> Iterator[Finding]:
    """What keeps Sales from asking, one by one; nothing where it is not to ask."""
    if not setup.item_availability_enabled:
        return
    if setup.odata_user is None:
        words = "Nobody is chosen in whose name Dynamics 365 Sales asks."
        yield Finding("availability-user-missing", Severity.ERROR, WHAT, words, CHOOSE)
        return
    wrong = [*_wrong(setup, setup.odata_user), *_wrong_address(setup)]
    yield from wrong
    if not wrong:
        words = f"Dynamics 365 Sales asks as {setup.odata_user.get_username()}."
        yield Finding("availability-user", Severity.FINE, WHAT, words)


def _wrong(setup: ConnectionSetup, user: User) -> Iterator[Finding]:
    name = user.get_username()
    if not user.is_active:
        words = f"Dynamics 365 Sales asks as {name}, who is not active any more."
        yield Finding("availability-user-inactive", Severity.ERROR, WHAT, words, CHOOSE)
    elif not user.has_perm(READ_AVAILABILITY):
        words = f"Dynamics 365 Sales asks as {name}, who is not in the group Availability any more."
        yield Finding("availability-user-no-right", Severity.ERROR, WHAT, words, CHOOSE)
    if key_of(user) is None:
        words = f"{name} has no web service access key, so Dynamics 365 Sales cannot sign in."
        fix = f"Make one on the page of {name}: Change Web Service Key. It is handed to Sales."
        yield Finding("availability-key-missing", Severity.ERROR, WHAT, words, fix)
    if setup.is_enabled and setup.pending_notice:
        words = "Dynamics 365 Sales was not given notice of the last change yet."
        fix = "Wait a few minutes. If this stays, the last error on Connection Setup says why."
        yield Finding("availability-notice-pending", Severity.WARNING, WHAT, words, fix)


def _wrong_address(setup: ConnectionSetup) -> Iterator[Finding]:
    """The address holds the name of the company, which may have got another one since."""
    company = systems.company_name()
    if not setup.odata_url:
        words = "There is no OData web service address, so Dynamics 365 Sales cannot ask."
        yield Finding("availability-address-missing", Severity.ERROR, WHAT, words, RESET)
    elif not unquote(urlsplit(setup.odata_url).path).endswith(unquote(address_of(company))):
        words = f"Dynamics 365 Sales asks at {setup.odata_url}, which is not where {company} answers."
        yield Finding("availability-address-differs", Severity.WARNING, WHAT, words, RESET)
