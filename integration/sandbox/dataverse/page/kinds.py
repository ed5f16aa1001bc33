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
    and the set it names its document by), or a change of the state alone. ``changes``: the document itself is another
    one then. ``gives_up``: there is no way back, so it is never the button that stands out."""

    name: str
    label: str
    states: tuple[int, ...]
    message: str = ""
    parameter: str = ""
    status: int = -1
    state: int | None = None
    target: str = ""
    changes: bool = True
    gives_up: bool = False


@dataclass(frozen=True)
class Kind:
    """One table. ``columns``, ``looks``: property and label in the list and at the record; ``search``: where a search
    looks; ``lines``: the set of its lines and their lookup; ``locks``: once it has left its first state, only its owner
    can be changed; ``follow``: what may begin with it."""

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
    locks: bool = False
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
                 Action("lose", "Close as lost", (OPEN,), "LoseOpportunity", "OpportunityClose", gives_up=True),
                 Action("quote", "Make a quote", (OPEN,), "GenerateQuoteFromOpportunity", target="quotes",
                        changes=False)),
    ),
    Kind(
        "quotes", "quote", "Quote", "Quotes",
        (("name", "Name"), ("quotenumber", "Number"), CUSTOMER, ("revisionnumber", "Revision"), TOTAL, STATE),
        ("name", "quotenumber"), DOCUMENT,
        looks=(("quotenumber", "Number"), ("revisionnumber", "Revision"), STATE, REASON, *SUMS, OWNER),
        lines=("quotedetails", "quoteid"), locks=True,
        actions=(Action("activate", "Activate", (OPEN,), state=ACTIVE),
                 Action("revise", "Revise", (ACTIVE, 3), "ReviseQuote", target="quotes"),
                 Action("win", "Close as won", (ACTIVE,), "WinQuote", "QuoteClose"),
                 Action("order", "Make an order", (ACTIVE, 2), "ConvertQuoteToSalesOrder", target="salesorders"),
                 Action("close", "Close as lost", (ACTIVE,), "CloseQuote", "QuoteClose", 5, gives_up=True)),
    ),
    Kind(
        "salesorders", "salesorder", "Order", "Orders",
        (("name", "Name"), ("ordernumber", "Number"), CUSTOMER, TOTAL, STATE),
        ("name", "ordernumber"), DOCUMENT,
        looks=(("ordernumber", "Number"), STATE, REASON, *SUMS, ("submitdate", "Submitted"),
               ("datefulfilled", "Fulfilled"), OWNER),
        lines=("salesorderdetails", "salesorderid"), locks=True,
        actions=(Action("submit", "Submit", (OPEN,), state=1),
                 Action("cancel", "Cancel order", (OPEN, 1), "CancelSalesOrder", "OrderClose", gives_up=True)),
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
