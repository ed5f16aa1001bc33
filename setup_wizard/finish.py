"""Finish: what was wished for is put in place, the connection enabled, the full synchronization started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from integration import checks
from integration.connection.enabling import apply_switches, enable
from integration.connection.findings import NotReady, wrong
from integration.connection.notifying import notify_sales
from integration.connection.opening import open_for_page
from integration.connection.order_user import find_order_user
from integration.connection.systems import company_name
from integration.jobs import full_synch
from integration.jobs.dry_run import plans
from integration.models import ConnectionSetup, Plan
from integration.systems.errors import Problem
from integration.systems.findings import Finding, Severity
from setup_wizard import tables, tasks
from setup_wizard.models import Guide
from setup_wizard.steps import FINISH

SECRETS = ["client_secret", "certificate", "password", "odata_key"]
ORDER_USER = "Sales order user"
SOLUTION = Finding(
    "solution",
    Severity.ERROR,
    "Integration solution",
    "It is not installed yet.",
    "Let an administrator import it, or say under Advanced that it is not wanted.",
)
ORDERS = Finding(
    "order-integration",
    Severity.ERROR,
    "Sales order integration",
    "It is not switched on yet.",
    "An administrator of Sales does that.",
)


@dataclass(frozen=True, slots=True)
class Ending:
    """What Finish shall do besides keeping the wishes: enable the connection, run the full synchronization, and create
    what finds no match where both sides hold records already. ``winner``: the side whose values go over where both
    records of a matched pair hold something different; blank: nobody's, what differs becomes a conflict. ``dry_run``:
    first show what the full synchronization would do, and start nothing that writes."""

    enable: bool
    run_full: bool
    create_unmatched: bool
    winner: str = ""
    dry_run: bool = False


def check(guide: Guide, setup: ConnectionSetup) -> list[Finding]:
    """Everything that has to be right before the connection is enabled, as it is now, and the wishes of the guide.
    Never raises a ``Problem``."""
    found = [one for one in checks.required(setup) if one.code != "disabled"]
    setup.refresh_from_db()
    if "import" in tasks.wanted(guide, setup):
        found = [*(one for one in found if one.code != SOLUTION.code), SOLUTION]
    if guide.order_integration and not setup.order_integration_enabled:
        found.append(ORDERS)
    if guide.order_user and not hindering(found):
        found.append(_look_for_order_user(guide, setup))
    return found


def hindering(found: Sequence[Finding]) -> bool:
    """Is there something without which the connection cannot be enabled?"""
    return any(one.severity is Severity.ERROR for one in found)


def finish(base: str, user: Any, ending: Ending) -> Plan | None:
    """Hand the wishes over to Connection Setup, enable it with the chosen tables and start the full synchronization, or
    the dry run of it, which is answered. ``base`` is where this application answers. Raises ``NotReady``,
    ``FullSynchError``, ``PlanError``, ``Problem``."""
    guide, setup = Guide.current(), ConnectionSetup.current()
    _put_in_place(guide, setup, base)
    if ending.enable and not setup.is_enabled:
        tables.apply(guide.tables, enable(setup))
    elif setup.is_enabled:
        apply_switches(setup, [])
        notify_sales(setup)
    guide.pass_step(FINISH.slug)
    starts = ending.run_full and not ending.dry_run
    also = {"dry_run": True} if ending.dry_run else {}
    guide.complete(enable=setup.is_enabled, full_synchronization=starts, **also)
    if not setup.is_enabled or not (starts or ending.dry_run):
        return None
    _review(guide, setup, ending)
    if ending.dry_run:
        return plans.plan_full(user)
    full_synch.start(user)
    return None


def _put_in_place(guide: Guide, setup: ConnectionSetup, base: str) -> None:
    setup.auto_create_orders = guide.auto_create_orders and setup.order_integration_enabled
    setup.auto_process_quotes = guide.auto_process_quotes and setup.order_integration_enabled
    setup.item_availability_enabled = guide.item_availability
    setup.use_default_addresses(base, company_name(), only_blank=True)
    try:
        setup.full_clean(exclude=SECRETS)
    except ValidationError as error:
        raise NotReady([wrong("Connection Setup", " ".join(error.messages))]) from error
    setup.save()


def _review(guide: Guide, setup: ConnectionSetup, ending: Ending) -> None:
    """The lines of the full synchronization, as the guide wishes them."""
    with open_for_page(setup) as connected:
        full_synch.refresh(connected, setup.parts())
    tables.apply_to_review(guide.tables, ending.create_unmatched, ending.winner)


def _look_for_order_user(guide: Guide, setup: ConnectionSetup) -> Finding:
    try:
        setup.choose_order_user(*find_order_user(setup, guide.order_user))
    except Problem as problem:
        fix = "Choose another user, or leave the field empty."
        return Finding("order-user", Severity.ERROR, ORDER_USER, problem.message, fix)
    return Finding("order-user", Severity.FINE, ORDER_USER, f"{setup.order_user_name} handles sales orders.")
