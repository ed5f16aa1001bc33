"""The company contacts of customers and vendors: made with them, and following them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from integration.business_central.models.bulk import update_rows
from integration.business_central.models.people import Contact, ContactBusinessRelation
from integration.business_central.models.rows import Change

COPIED = (
    "name", "name_2", "address", "address_2", "city", "post_code", "county", "country_region_code_id", "phone_no",
    "mobile_phone_no", "fax_no", "e_mail", "home_page", "currency_code_id",
)  # fmt: skip
"""What a customer or vendor and its company contact have in common, besides the salesperson."""


def company_of(firm: Any, salesperson: str) -> Contact:
    """The company contact of a new customer or vendor, not stored yet."""
    copied = {name: getattr(firm, name) for name in COPIED}
    return Contact(type=Contact.Type.COMPANY, salesperson_code_id=getattr(firm, salesperson), **copied)


def create_companies(firms: Sequence[Any], link: int, code: str, salesperson: str) -> None:
    """Give new customers or vendors their company contacts, in bulk."""
    contacts = Contact.objects.bulk_create([company_of(firm, salesperson) for firm in firms])
    ContactBusinessRelation.objects.bulk_create(
        ContactBusinessRelation(contact_no=contact, business_relation_code=code, link_to_table=link, no=firm.no)
        for contact, firm in zip(contacts, firms, strict=True)
    )


def follow_firms(changes: Sequence[Change], link: int, salesperson: str) -> None:
    """Carry what changed about customers or vendors over to their company contacts."""
    watched = (*COPIED, salesperson)
    moved = {change.row.no: change for change in changes if change.changed(*watched)}
    if not moved:
        return
    linked = ContactBusinessRelation.objects.filter(link_to_table=link, no__in=list(moved)).select_related("contact_no")
    followers = []
    for link_row in linked:
        contact, firm = link_row.contact_no, moved[link_row.no].row
        follower = Change(contact, contact.columns())
        for name in COPIED:
            setattr(contact, name, getattr(firm, name))
        contact.salesperson_code_id = getattr(firm, salesperson)
        followers.append(follower)
    update_rows(Contact, followers)
