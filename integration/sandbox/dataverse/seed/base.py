"""What every organization has: itself, its base currency, its root business unit, security roles, the users of the
registered applications and a unit group."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.seed.forms import seed_forms
from integration.sandbox.dataverse.seed.roles import INTEGRATION_ROLES, seed_roles
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write

CLIENTS = ("integration", "administrator", "no_user", "no_role")
"""Registered applications: the integration's, an administrator's, one without a user in the organization and one
whose user has no role."""

ORGANIZATION: Values = {
    "name": "Contoso Sales",
    "basecurrencyprecision": 2,
    "basecurrencysymbol": "£",
    "currencysymbol": "£",
    "languagecode": 1033,
    "localeid": 2057,
    "organizationstate": 3,
    "orderprefix": "ORD",
    "quoteprefix": "QUO",
    "invoiceprefix": "INV",
    "schemanameprefix": "new",
}
POUND: Values = {
    "currencyname": "Pound Sterling",
    "isocurrencycode": "GBP",
    "currencysymbol": "£",
    "currencyprecision": 2,
    "exchangerate": "1",
    "statecode": 0,
    "statuscode": 1,
}
SYSTEM: Values = {"fullname": "SYSTEM", "lastname": "SYSTEM", "domainname": "SYSTEM", "accessmode": 3}


@dataclass(frozen=True)
class Seeded:
    """Ids the demo builds on."""

    system_user: str
    business_unit: str
    currency: str
    roles: dict[str, str]


def seed_base(organization: Organization) -> Seeded:
    """Write it all in one transaction, in the name of the SYSTEM user."""
    system = str(uuid.uuid4())
    with organization.database.transaction() as connection:
        write = organization.write(connection, system)
        unit, currency = _found(write, system)
        roles = seed_roles(write)
        seeded = Seeded(system, unit, currency, roles)
        _application_users(write, organization, seeded)
        _administrator(write, seeded)
        _units(write)
        seed_forms(write)
    return seeded


def _found(write: Write, system: str) -> tuple[str, str]:
    """The first rows point to each other, so they go in as they are, before any rule can look."""
    organization, unit, currency = (str(uuid.uuid4()) for _ in range(3))
    stamp = {
        "createdon": write.now,
        "modifiedon": write.now,
        "createdby": system,
        "modifiedby": system,
        "organizationid": organization,
    }
    _insert(write, "organization", {**stamp, **ORGANIZATION, "basecurrencyid": currency})
    _insert(write, "businessunit", {**stamp, "businessunitid": unit, "name": ORGANIZATION["name"]})
    _insert(write, "transactioncurrency", {**stamp, **POUND, "transactioncurrencyid": currency})
    _insert(write, "systemuser", {**stamp, **SYSTEM, "systemuserid": system, "businessunitid": unit})
    return unit, currency


def _insert(write: Write, table: str, values: Values) -> None:
    row = {**values, "versionnumber": write.versions(1)}
    listed, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    write.connection.execute(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', list(row.values()))  # noqa: S608


def _application_users(write: Write, organization: Organization, seeded: Seeded) -> None:
    given = {
        "integration": ("Business Central", "Integration", INTEGRATION_ROLES),
        "administrator": ("Contoso", "Administrator", ("System Administrator", "System Customizer")),
        "no_role": ("No", "Role", ()),
    }
    clients = {label: organization.tenant.client(label) for label in CLIENTS}
    for label, (first, last, roles) in given.items():
        (user,) = write.create(
            write.model["systemuser"],
            [
                {
                    "applicationid": clients[label].id,
                    "firstname": first,
                    "lastname": last,
                    "internalemailaddress": f"{label.replace('_', '-')}@contoso-sales.example",
                    "isintegrationuser": 1,
                    "islicensed": 0,
                }
            ],
        )
        for role in roles:
            assign(write, user, seeded.roles[role])


def _administrator(write: Write, seeded: Seeded) -> None:
    """The person who sets the environment up: may sign in and do everything, has no licence and sells nothing."""
    values: Values = {
        "firstname": "Nancy",
        "lastname": "Anderson",
        "internalemailaddress": "nancy.anderson@contoso-sales.example",
        "title": "System Administrator",
        "accessmode": 1,
        "islicensed": 0,
    }
    (user,) = write.create(write.model["systemuser"], [values])
    for role in ("System Administrator", "System Customizer"):
        assign(write, user, seeded.roles[role])


def assign(write: Write, user: str, role: str) -> None:
    """Give a user a role."""
    write.connection.execute(
        "INSERT INTO systemuserroles (systemuserroleid, systemuserid, roleid, versionnumber) VALUES (?, ?, ?, ?)",
        (str(uuid.uuid4()), user, role, write.versions(1)),
    )


def _units(write: Write) -> None:
    write.create(write.model["uomschedule"], [{"name": "Default Unit", "baseuomname": "Primary Unit"}])
