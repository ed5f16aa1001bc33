"""The demo organization: a sales team, some 40 accounts and some 80 contacts, five of the firms known to CRONUS too."""

from __future__ import annotations

import itertools
import random

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.seed.base import Seeded, assign
from integration.sandbox.dataverse.seed.names import domain, firms, people, places
from integration.sandbox.dataverse.seed.orders import seed_orders
from integration.sandbox.dataverse.seed.roles import PRODUCT_AVAILABILITY
from integration.sandbox.dataverse.store.payload import Values
from integration.sandbox.dataverse.store.write import Write

SALESPEOPLE = (
    "Peter Saddow", "John Roberts", "Linda Martin", "Bart Duncan", "Andrew Hill", "Anna Lidman", "Charles Fitzgerald",
    "Chris Preston", "David Hodgson", "Helen Ray", "Jim Olive", "Michael Sean", "Otis Falls", "Robin Wood",
    "Susan Watson",
)  # fmt: skip
"""They have the same e-mail addresses in CRONUS."""
DISABLED = ("Kevin Wright", "Marie Dubois")
UNLICENSED = ("Tina Makovec", "Eric Gruber")
ACCOUNTS, CONTACTS = 40, 80
CUSTOMER, COMPETITOR = 3, 1
CHUNK = 2000

SHARED_FIRMS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Adatum Corporation", "Station Road, 21", "Birmingham", "B31 2AL", "0121 496 0321"),
    ("Trey Research", "Southwark Bridge Rd, 91-95", "London", "SE1 0AX", "020 7946 0182"),
    ("School of Fine Art", "10 High Tower Green", "Guildford", "GU3 2SE", "01483 496012"),
    ("Alpine Ski House", "Walter Street 48", "Edinburgh", "EH16 8JS", "0131 496 0733"),
    ("Relecloud", "Occam Court, 1", "Bristol", "BS3 2FH", "0117 496 0455"),
)
"""Name, street, town, post code, phone: name and post code as in CRONUS, the rest as a salesperson knows it."""

OWN_FIRMS = (
    "Fabrikam Residences", "Coho Vineyard", "Northwind Orchards", "Litware Galleries", "Proseware Studios",
    "Wide World Cruises", "Tailspin Kites", "Wingtip Model Works", "Margie's Walking Tours", "Lucerne Bookbinders",
    "Humongous Moving", "Fourth Coffee Roasters", "City Tram & Bus", "Blue Yonder Balloons", "Woodgrove Savings",
    "Southridge Film", "Graphic Print Institute", "Consolidated Parcels", "First Up Caterers", "Bellows Opticians",
)  # fmt: skip


def seed_demo(organization: Organization, seeded: Seeded, accounts: int | None, contacts: int | None) -> None:
    """Write users, accounts and contacts in the name of the SYSTEM user."""
    chance = random.Random(20200401)  # noqa: S311 - names, not secrets
    with organization.writing(seeded.system_user) as write:
        owners = _users(write, seeded)
    rows = _accounts(chance, owners, ACCOUNTS if accounts is None else accounts)
    ids: list[str] = []
    for chunk in _chunks(rows):
        with organization.writing(seeded.system_user) as write:
            ids += write.create(write.model["account"], chunk)
    people_rows = _contacts(chance, rows, CONTACTS if contacts is None else contacts)
    for chunk in _chunks(people_rows):
        with organization.writing(seeded.system_user) as write:
            write.create(write.model["contact"], chunk)
    with organization.writing(seeded.system_user) as write:
        _relate(write, ids, people_rows)
    with organization.writing(seeded.system_user) as write:
        seed_orders(write, owners[0])


def _chunks(rows: list[Values]) -> list[list[Values]]:
    return [rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK)]


def _users(write: Write, seeded: Seeded) -> list[str]:
    """The sales team; the ids of those who can own something."""
    rows = [
        *(_user(name) for name in SALESPEOPLE),
        *(_user(name, isdisabled=1) for name in DISABLED),
        *(_user(name, islicensed=0) for name in UNLICENSED),
    ]
    ids = write.create(write.model["systemuser"], rows)
    for user in ids:
        assign(write, user, seeded.roles["Salesperson"])
        assign(write, user, seeded.roles[PRODUCT_AVAILABILITY])
    return ids[: len(SALESPEOPLE)]


def _user(name: str, isdisabled: int = 0, islicensed: int = 1) -> Values:
    first, last = name.split(" ")
    return {
        "firstname": first,
        "lastname": last,
        "internalemailaddress": f"{first[0].lower()}{last.lower()}@cronus-demo.example",
        "title": "Account Manager",
        "isdisabled": isdisabled,
        "islicensed": islicensed,
    }


def _accounts(chance: random.Random, owners: list[str], total: int) -> list[Values]:
    rows = [_account(name, street, town, code, phone) for name, street, town, code, phone in SHARED_FIRMS[:total]]
    where = places(chance)
    for name in itertools.chain(OWN_FIRMS, firms(chance)):
        if len(rows) >= total:
            break
        place = next(where)
        rows.append(_account(name, place.street, place.town, place.post_code, place.phone))
    for at, row in enumerate(rows):
        row["ownerid"], row["owneridtype"] = owners[at % len(owners)], "systemuser"
        row["customertypecode"] = CUSTOMER
        row["numberofemployees"] = chance.randint(3, 900)
        if at >= len(SHARED_FIRMS) and at % 8 == 6:
            row["customertypecode"] = COMPETITOR
        elif at >= len(SHARED_FIRMS) and at % 11 == 7:
            row["customertypecode"] = None
    return rows


def _account(name: str, street: str, town: str, code: str, phone: str) -> Values:
    return {
        "name": name,
        "address1_line1": street,
        "address1_city": town,
        "address1_postalcode": code,
        "address1_country": "GB",
        "telephone1": phone,
        "emailaddress1": f"office@{domain(name)}",
        "websiteurl": f"https://www.{domain(name)}",
    }


def _contacts(chance: random.Random, accounts: list[Values], total: int) -> list[Values]:
    """Two to a firm, more where there are more contacts than that."""
    used: set[str] = set()
    rows: list[Values] = []
    names = people(chance)
    firms_in_turn = itertools.cycle(accounts) if accounts else iter(())
    for firm in itertools.islice(firms_in_turn, total):
        first, last = next(names)
        mail = f"{first}.{last}@{domain(firm['name'])}".lower()
        if mail in used:
            mail = f"{first}.{last}{len(rows)}@{domain(firm['name'])}".lower()
        used.add(mail)
        rows.append(
            {
                "firstname": first,
                "lastname": last,
                "emailaddress1": mail,
                "jobtitle": chance.choice(("Buyer", "Director", "Office Manager", "Accountant")),
                "telephone1": firm["telephone1"],
                "parentcustomerid": firm["accountid"],
                "parentcustomeridtype": "account",
                "ownerid": firm["ownerid"],
                "owneridtype": "systemuser",
            }
        )
    return rows


def _relate(write: Write, ids: list[str], contacts: list[Values]) -> None:
    """A primary contact for every other firm, a parent firm for a few."""
    changes: dict[str, Values] = {}
    for contact in contacts[: len(ids) : 2]:
        changes[contact["parentcustomerid"]] = {"primarycontactid": contact["contactid"]}
    for at in range(8, min(len(ids), ACCOUNTS), 7):
        changes.setdefault(ids[at], {})["parentaccountid"] = ids[at - 1]
    if changes:
        write.update(write.model["account"], changes)
