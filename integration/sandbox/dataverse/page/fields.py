"""The fields of the forms: what the salesperson types, and what the two systems' records have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Field:
    """``name`` is the property that is written. A lookup is bound under it to a row of ``of``; the values of an
    ``option`` are those of the table's column. ``part`` is the heading it stands under in the form."""

    name: str
    label: str
    type: str = "text"
    of: str = ""
    required: bool = False
    part: str = ""

    @property
    def read(self) -> str:
        """The property a lookup is read from; ``customerid_account`` is one of several ways to say ``customerid``."""
        return f"_{self.name.removesuffix('_account')}_value" if self.of else self.name


def _under(part: str, *fields: Field) -> tuple[Field, ...]:
    return tuple(replace(field, part=part) for field in fields)


def _place(prefix: str, part: str, *first: tuple[str, str]) -> tuple[Field, ...]:
    named = (
        *first,
        ("line1", "Street 1"),
        ("line2", "Street 2"),
        ("city", "City"),
        ("postalcode", "Post code"),
        ("stateorprovince", "State/province"),
        ("country", "Country"),
    )
    return _under(part, *(Field(f"{prefix}_{name}", label) for name, label in named))


NAME = Field("name", "Name", required=True)
PHONE = Field("telephone1", "Phone", "tel")
FAX = Field("fax", "Fax", "tel")
E_MAIL = Field("emailaddress1", "E-mail", "email")
WEB_SITE = Field("websiteurl", "Web site")
DESCRIPTION = Field("description", "Description", "memo")
CURRENCY = Field("transactioncurrencyid", "Currency", "lookup", "transactioncurrencies")
PRICES = Field("pricelevelid", "Price list", "lookup", "pricelevels")
CUSTOMER = Field("customerid_account", "Customer", "lookup", "accounts")
PAYMENT_TERMS = Field("paymenttermscode", "Payment terms", "option")

OWNER = Field("ownerid", "Owner", "lookup", "systemusers", True)

ACCOUNT = (
    NAME,
    Field("accountnumber", "Number"),
    Field("customertypecode", "Relationship Type", "option"),
    Field("primarycontactid", "Primary contact", "lookup", "contacts"),
    PHONE,
    Field("telephone2", "Other phone", "tel"),
    FAX,
    E_MAIL,
    WEB_SITE,
    OWNER,
    DESCRIPTION,
    *_place("address1", "Address", ("primarycontactname", "Contact")),
    *_under(
        "Billing and shipping",
        CURRENCY,
        Field("creditlimit", "Credit limit", "number"),
        PAYMENT_TERMS,
        Field("address1_freighttermscode", "Freight terms", "option"),
        Field("address1_shippingmethodcode", "Shipping method", "option"),
    ),
)
CONTACT = (
    Field("salutation", "Salutation"),
    Field("firstname", "First name"),
    Field("middlename", "Middle name"),
    Field("lastname", "Last name", required=True),
    Field("parentcustomerid_account", "Account", "lookup", "accounts"),
    Field("jobtitle", "Job title"),
    E_MAIL,
    PHONE,
    Field("mobilephone", "Mobile phone", "tel"),
    Field("pager", "Pager", "tel"),
    FAX,
    WEB_SITE,
    CURRENCY,
    OWNER,
    DESCRIPTION,
    *_place("address1", "Address"),
)
OPPORTUNITY = (
    NAME,
    CUSTOMER,
    Field("parentcontactid", "Contact", "lookup", "contacts"),
    PRICES,
    Field("estimatedvalue", "Estimated revenue", "number"),
    Field("estimatedclosedate", "Estimated close date", "date"),
    Field("closeprobability", "Probability (%)", "whole"),
    OWNER,
    DESCRIPTION,
)
DOCUMENT = (
    NAME,
    replace(CUSTOMER, required=True),
    PRICES,
    Field("requestdeliveryby", "Requested delivery", "date"),
    PAYMENT_TERMS,
    Field("shippingmethodcode", "Shipping method", "option"),
    Field("discountpercentage", "Discount (%)", "number"),
    Field("freightamount", "Freight", "number"),
    OWNER,
    DESCRIPTION,
    *_place("billto", "Bill to", ("name", "Name")),
    *_place("shipto", "Ship to", ("name", "Name")),
)
INVOICE = tuple(field for field in DOCUMENT if field.name != "requestdeliveryby")
