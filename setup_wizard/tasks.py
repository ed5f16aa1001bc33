"""What an administrator's sign-in is used for, one task after another."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from integration.connection.enabling import order_integration_switched
from integration.dataverse.access.people import prepare_integration_user
from integration.dataverse.access.salespeople import SEES_BUSINESS_CENTRAL, let_see, salespeople
from integration.dataverse.session import Session
from integration.dataverse.solution import INTEGRATION_ROLES, import_into
from integration.models import ConnectionSetup
from integration.models.stored.audit import AuditEntry, record
from integration.systems.errors import ConfigurationProblem, Refused
from setup_wizard.models import Guide

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The administrator's session, the connection, where to note how far a task is (percent), and the place the
    sign-in was begun for: what was done there is remembered of no other."""

    session: Session
    setup: ConnectionSetup
    grow: Progress
    place: str


@dataclass(frozen=True, slots=True)
class AdministratorTask:
    """``title`` says what is going to be done; ``run`` does it and says what came of it. It raises ``Problem``."""

    slug: str
    title: str
    run: Callable[[SignedIn], str]


def _import(redeploy: bool) -> Callable[[SignedIn], str]:
    def bring(signed_in: SignedIn) -> str:
        brought = import_into(signed_in.session, signed_in.grow, redeploy)
        signed_in.setup.stay_at(signed_in.place)
        signed_in.setup.solution_found(brought.after)
        now = {"version": brought.after, **({"redeployed": "yes"} if redeploy else {})}
        record(
            AuditEntry.Action.CHANGED, "integration solution", signed_in.setup, {"version": brought.before or ""}, now
        )
        before = f" (version {brought.before} before)" if brought.before not in (None, brought.after) else ""
        return f"Version {brought.after} of the integration solution is installed{before}."

    return bring


def _switch_orders(on: bool) -> Callable[[SignedIn], str]:
    def switch(signed_in: SignedIn) -> str:
        if not on:
            _refuse_while_submitted(signed_in.session)
        path = "organizations?$select=organizationid,issopintegrationenabled"
        [organization] = signed_in.session.request("GET", path).json()["value"]
        body = {"issopintegrationenabled": on}
        signed_in.session.request("PATCH", f"organizations({organization['organizationid']})", body=body)
        signed_in.setup.stay_at(signed_in.place)
        order_integration_switched(signed_in.setup, on)
        return "Sales order integration is on." if on else "Sales order integration is off."

    return switch


def _refuse_while_submitted(session: Session) -> None:
    """Raises ``Refused`` while an order is Submitted: nobody would follow it to its end."""
    path = "salesorders?$select=ordernumber&$filter=statecode eq 1&$orderby=modifiedon desc&$top=1"
    for order in session.request("GET", path).json()["value"]:
        raise Refused(
            f"Order {order['ordernumber']} is submitted in Dynamics 365 Sales, and maybe others are. Have submitted "
            "orders invoiced or canceled first; then switch sales order integration off."
        )


def _assign_roles(signed_in: SignedIn) -> str:
    """Find or make the application user, and give it the integration's roles."""
    try:
        application = uuid.UUID(signed_in.setup.client_id)
    except ValueError as error:
        raise ConfigurationProblem(
            f"The client id “{signed_in.setup.client_id}” is no application (client) ID."
        ) from error
    user = prepare_integration_user(signed_in.session, application, INTEGRATION_ROLES)
    signed_in.setup.stay_at(signed_in.place)
    Guide.current().roles_assigned(signed_in.setup)
    action = AuditEntry.Action.CREATED if user.created else AuditEntry.Action.CHANGED
    record(action, "integration user", user.name, after={"security roles": ", ".join(user.roles)})
    return f"{user.name} {'was created and ' if user.created else ''}has the roles {' and '.join(user.roles)}."


def _let_salespeople_see(signed_in: SignedIn) -> str:
    """Give every salesperson of Sales the role by which they open records in Business Central."""
    found = salespeople(signed_in.session)
    if not found.is_there:
        return "Nobody was given the role: it comes with the integration solution, which is not imported yet."
    given = let_see(signed_in.session, found.lacking)
    signed_in.setup.stay_at(signed_in.place)
    Guide.current().salespeople_see(signed_in.setup)
    if not given:
        return f"All {found.total} salespeople have the role already."
    after = {"security role": SEES_BUSINESS_CENTRAL, "given to": len(given)}
    record(AuditEntry.Action.CHANGED, "salespeople in Sales", signed_in.setup, after=after)
    return f"{len(given)} of {found.total} salespeople were given the role; the others have it."


TASKS: Sequence[AdministratorTask] = (
    AdministratorTask("import", "Import the integration solution", _import(redeploy=False)),
    AdministratorTask(
        "redeploy", "Redeploy the integration solution, which restores its roles", _import(redeploy=True)
    ),
    AdministratorTask("roles", "Create the integration user and assign its security roles", _assign_roles),
    AdministratorTask(
        "people", "Let salespeople open their records in Business Central: assign the role", _let_salespeople_see
    ),
    AdministratorTask("orders-on", "Enable Sales Order Integration", _switch_orders(True)),
    AdministratorTask("orders-off", "Switch sales order integration off", _switch_orders(False)),
)


def named(slugs: Collection[str]) -> list[AdministratorTask]:
    """These tasks, in the order in which they have to be done; unknown names are left out."""
    return [task for task in TASKS if task.slug in slugs]


def asked(query: Mapping[str, str]) -> list[str]:
    """What Connection Setup asks for with the address: ``for=redeploy``, ``roles`` (also those of salespeople),
    ``people``, ``orders-on``, ``orders-off``."""
    wanted = {"roles": ("roles", "people")}.get(query.get("for", ""), (query.get("for"),))
    return [task.slug for task in TASKS if task.slug in wanted]


def wanted(guide: Guide, setup: ConnectionSetup) -> list[str]:
    """What the wishes of the guide leave to an administrator, as things are."""
    imports = guide.import_solution and setup.sales_enabled and not setup.solution_version
    has_solution = bool(setup.solution_version) or imports
    wishes = {
        "import": imports,
        "roles": guide.assign_roles and not setup.kind.on_premises and not guide.has_roles(setup),
        "people": guide.assign_people and has_solution and not guide.has_seeing_people(setup),
        "orders-on": guide.order_integration and not setup.order_integration_enabled,
        "orders-off": setup.order_integration_enabled and not guide.order_integration,
    }
    return [task.slug for task in TASKS if wishes.get(task.slug)]
