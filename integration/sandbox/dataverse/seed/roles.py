"""The security roles every organization has, and those of the integration as its solution brings them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from integration.sandbox.dataverse.security import privileges, roles
from integration.sandbox.dataverse.security.privileges import named, verbs
from integration.sandbox.dataverse.store.model import Model
from integration.sandbox.dataverse.store.write import Write

INTEGRATION_ROLES = (
    "Dynamics 365 Business Central Integration Administrator",
    "Dynamics 365 Business Central Integration User",
)
PRODUCT_AVAILABILITY = "Dynamics 365 Business Central Product Availability User"
DELEGATE = "Delegate"
ROLES = ("System Administrator", "System Customizer", "Salesperson", DELEGATE, *INTEGRATION_ROLES, PRODUCT_AVAILABILITY)
TEMPLATES = {"System Administrator": roles.ADMINISTRATOR, "System Customizer": roles.CUSTOMIZER}

GLOBAL, BASIC = "Global", "Basic"
SOLD = (
    "account", "contact", "opportunity", "opportunityproduct", "quote", "quotedetail", "salesorder",
    "salesorderdetail", "invoice", "invoicedetail", "annotation", "post", "opportunityclose", "quoteclose",
    "orderclose",
)  # fmt: skip
"""What salespeople work with."""
LINES = ("opportunityproduct", "quotedetail", "salesorderdetail")
"""They take lines away again from what is theirs."""
PRICED = ("product", "pricelevel", "productpricelevel", "uom", "uomschedule", "transactioncurrency")
"""What the integration keeps up beside that."""
LISTENING = ("serviceendpoint", "sdkmessageprocessingstep")
"""By these it hears of changes."""
SEEN_BY_PRODUCT_AVAILABILITY = ("product", "salesorder", "quote", "salesorderdetail", "quotedetail")

Held = dict[str, str]


def seed_roles(write: Write) -> dict[str, str]:
    """Define them all; their ids in the root business unit, by name."""
    write.create(
        write.model["roletemplate"], [{"roletemplateid": key, "name": name} for name, key in TEMPLATES.items()]
    )
    ids = {name: str(uuid.uuid4()) for name in ROLES}
    for name, held in _held(write.model).items():
        roles.define(write, ids[name], name, held, TEMPLATES.get(name))
    return ids


def _held(model: Model) -> Mapping[str, Held]:
    reading = _may(model, ["Read"], GLOBAL)
    everything = _may(model, privileges.ALL_RIGHTS, GLOBAL)
    kept_up = _may(model, privileges.ALL_RIGHTS, GLOBAL, (*SOLD, *PRICED, *LISTENING))
    integration = {**reading, **kept_up, **_pointing(model)}
    return {
        "System Administrator": {**everything, **dict.fromkeys(privileges.ORGANIZATION_WIDE, GLOBAL)},
        "System Customizer": {**reading, **dict.fromkeys(privileges.CUSTOMIZING, GLOBAL)},
        "Salesperson": _salesperson(model),
        DELEGATE: {privileges.ACT_ON_BEHALF: GLOBAL},
        INTEGRATION_ROLES[0]: {
            **integration,
            privileges.WRITE_COLUMN: GLOBAL,
            privileges.PUBLISH: GLOBAL,
            privileges.ACT_ON_BEHALF: GLOBAL,
            **_may(model, ["Write"], GLOBAL, ["organization"]),
        },
        INTEGRATION_ROLES[1]: integration,
        PRODUCT_AVAILABILITY: _may(model, ["Read"], GLOBAL, SEEN_BY_PRODUCT_AVAILABILITY),
    }


def _salesperson(model: Model) -> Held:
    """Sees the whole organization's customers, changes their own."""
    writing = [verb for verb in privileges.ALL_RIGHTS if verb not in ("Read", "Delete")]
    return {
        **_may(model, ["Read"], GLOBAL, (*SOLD, *PRICED, "systemuser", "team", "businessunit", "organization")),
        **_may(model, writing, BASIC, SOLD),
        **_may(model, ["Delete"], BASIC, ("opportunity", "quote", "annotation", *LINES)),
        **_may(model, ["AppendTo"], GLOBAL, (*SOLD, *PRICED, "systemuser")),
    }


def _pointing(model: Model) -> Held:
    """Lookups to users, teams and business units may be set."""
    return _may(model, ["AppendTo"], GLOBAL, ("systemuser", "team", "businessunit"))


def _may(model: Model, what: Iterable[str], depth: str, tables: Iterable[str] | None = None) -> Held:
    chosen = [model[name] for name in tables] if tables is not None else list(model)
    return {named(table, verb): depth for table in chosen for verb in verbs(table) if verb in what}
