"""What a salesperson works with: lists, forms, and what can be done to a document in which state."""

from __future__ import annotations

from dataclasses import dataclass

from integration.sandbox.dataverse.page.fields import (
    ACCOUNT,
    CONTACT,
    DESCRIPTION,
    DOCUMENT,
    INVOICE,
    NAME,
    OPPORTUNITY,
    Field,
)

OPEN, ACTIVE = 0, 1


@dataclass(frozen=True)
class Action:
    """A button on a document whose state is one of ``states``: a message with the activity it leaves (its parameter
    and the set it names its document by), or a change of the state alone."""

    name: str
    label: str
    states: tuple[int, ...]
    message: str = ""
    parameter: str = ""
    status: int = -1
    state: int | None = None
    target: str = ""


@dataclass(frozen=True)
class Kind:
    """One table. ``columns``, ``looks``: property and label in the list and at the record; ``search``: where a search
    looks; ``lines``: the set of its lines and their lookup; ``entry``: with what a new one may begin."""

    set: str
    table: str
    one: str
    many: str
    columns: tuple[tuple[str, str], ...]
    search: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    name: str = "name"
    looks: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, str] | None = None
    actions: tuple[Action, ...] = ()
    new: bool = True
    follow: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return f"{self.table}id"


STATE = ("statecode", "State")
REASON = ("statuscode", "Status reason")
CUSTOMER = ("_customerid_value", "Customer")
TOTAL = ("totalamount", "Total")
OWNER = ("_ownerid_value", "Owner")
SUMS = (
    ("totallineitemamount", "Lines"),
    ("discountamount", "Discount"),
    ("totalamountlessfreight", "Before freight"),
    ("totaltax", "Tax"),
    TOTAL,
    ("_transactioncurrencyid_value", "Currency"),
)

KINDS = (
    Kind(
        "accounts", "account", "Account", "Accounts",
        (("name", "Name"), ("accountnumber", "Number"), ("address1_city", "City"), ("telephone1", "Phone"), OWNER),
        ("name", "accountnumber", "address1_city"),
        ACCOUNT,
        looks=(STATE, OWNER),
        follow=(("contacts", "parentcustomerid_account"), ("opportunities", "customerid_account"),
                ("quotes", "customerid_account"), ("salesorders", "customerid_account")),
    ),
    Kind(
        "contacts", "contact", "Contact", "Contacts",
        (("fullname", "Name"), ("_parentcustomerid_value", "Account"), ("emailaddress1", "E-mail"),
         ("telephone1", "Phone"), OWNER),
        ("fullname", "emailaddress1"),
        CONTACT,
        name="fullname", looks=(STATE, OWNER),
    ),
    Kind(
        "products", "product", "Product", "Products",
        (("name", "Name"), ("productnumber", "Number"), ("_defaultuomid_value", "Unit"), ("price", "Price"), STATE),
        ("name", "productnumber"),
        (NAME, Field("productnumber", "Number"), DESCRIPTION),
        looks=(STATE, ("producttypecode", "Product type"), ("_defaultuomscheduleid_value", "Unit group"),
               ("_defaultuomid_value", "Unit"), ("price", "Price"), ("standardcost", "Standard cost"),
               ("currentcost", "Current cost"), ("quantityonhand", "Quantity on hand"), ("stockweight", "Weight"),
               ("stockvolume", "Volume"), ("vendorid", "Vendor"), ("vendorpartnumber", "Vendor's number")),
        new=False,
    ),
    Kind(
        "opportunities", "opportunity", "Opportunity", "Opportunities",
        (("name", "Name"), CUSTOMER, ("estimatedvalue", "Estimated revenue"), ("estimatedclosedate", "Close by"),
         STATE), ("name",),
        OPPORTUNITY,
        looks=(STATE, REASON, ("actualvalue", "Actual revenue"), ("actualclosedate", "Closed"), *SUMS, OWNER),
        lines=("opportunityproducts", "opportunityid"),
        actions=(Action("win", "Close as won", (OPEN,), "WinOpportunity", "OpportunityClose"),
                 Action("lose", "Close as lost", (OPEN,), "LoseOpportunity", "OpportunityClose"),
                 Action("quote", "Make a quote", (OPEN,), "GenerateQuoteFromOpportunity", target="quotes")),
    ),
    Kind(
        "quotes", "quote", "Quote", "Quotes",
        (("name", "Name"), ("quotenumber", "Number"), CUSTOMER, ("revisionnumber", "Revision"), TOTAL, STATE),
        ("name", "quotenumber"), DOCUMENT,
        looks=(("quotenumber", "Number"), ("revisionnumber", "Revision"), STATE, REASON, *SUMS, OWNER),
        lines=("quotedetails", "quoteid"),
        actions=(Action("activate", "Activate", (OPEN,), state=ACTIVE),
                 Action("revise", "Revise", (ACTIVE, 3), "ReviseQuote", target="quotes"),
                 Action("win", "Close as won", (ACTIVE,), "WinQuote", "QuoteClose"),
                 Action("order", "Make an order", (ACTIVE, 2), "ConvertQuoteToSalesOrder", target="salesorders"),
                 Action("close", "Close as lost", (ACTIVE,), "CloseQuote", "QuoteClose", 5)),
    ),
    Kind(
        "salesorders", "salesorder", "Order", "Orders",
        (("name", "Name"), ("ordernumber", "Number"), CUSTOMER, TOTAL, STATE),
        ("name", "ordernumber"), DOCUMENT,
        looks=(("ordernumber", "Number"), STATE, REASON, *SUMS, ("submitdate", "Submitted"),
               ("datefulfilled", "Fulfilled"), OWNER),
        lines=("salesorderdetails", "salesorderid"),
        actions=(Action("submit", "Submit", (OPEN,), state=1),
                 Action("cancel", "Cancel order", (OPEN, 1), "CancelSalesOrder", "OrderClose")),
    ),
    Kind(
        "invoices", "invoice", "Invoice", "Invoices",
        (("name", "Name"), ("invoicenumber", "Number"), CUSTOMER, ("duedate", "Due"), TOTAL, STATE),
        ("name", "invoicenumber"), INVOICE,
        looks=(("invoicenumber", "Number"), STATE, REASON, ("duedate", "Due"), ("datedelivered", "Delivered"), *SUMS,
               OWNER),
        lines=("invoicedetails", "invoiceid"), new=False,
    ),
)  # fmt: skip
BY_SET = {kind.set: kind for kind in KINDS}
BY_TABLE = {kind.table: kind for kind in KINDS}
