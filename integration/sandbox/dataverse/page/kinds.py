"""What a salesperson works with: lists, forms, and what can be done to a document in which state."""

from __future__ import annotations

from dataclasses import dataclass

OPEN, ACTIVE = 0, 1


@dataclass(frozen=True)
class Field:
    """``name`` is the property that is written. A lookup is bound under it to a row of ``of``."""

    name: str
    label: str
    type: str = "text"
    of: str = ""
    required: bool = False

    @property
    def read(self) -> str:
        """The property a lookup is read from; ``customerid_account`` is one of several ways to say ``customerid``."""
        return f"_{self.name.removesuffix('_account')}_value" if self.of else self.name


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
NAME = Field("name", "Name", required=True)
DESCRIPTION = Field("description", "Description", "memo")
ACCOUNT = Field("customerid_account", "Customer", "lookup", "accounts")
PRICES = Field("pricelevelid", "Price list", "lookup", "pricelevels")
SUMS = (("totallineitemamount", "Lines"), ("totaltax", "Tax"), TOTAL, ("_transactioncurrencyid_value", "Currency"))
HEADER = (NAME, Field("customerid_account", "Customer", "lookup", "accounts", True), PRICES,
          Field("requestdeliveryby", "Requested delivery", "date"), DESCRIPTION)  # fmt: skip
PLACE = tuple(
    Field(f"address1_{name}", label)
    for name, label in (("line1", "Street"), ("city", "City"), ("postalcode", "Post code"), ("country", "Country"))
)

KINDS = (
    Kind(
        "accounts", "account", "Account", "Accounts",
        (("name", "Name"), ("accountnumber", "Number"), ("address1_city", "City"), ("telephone1", "Phone"), OWNER),
        ("name", "accountnumber", "address1_city"),
        (NAME, Field("accountnumber", "Number"), Field("telephone1", "Phone", "tel"),
         Field("emailaddress1", "E-mail", "email"), Field("websiteurl", "Web site"), *PLACE,
         Field("creditlimit", "Credit limit", "number"), DESCRIPTION),
        looks=(STATE, ("customertypecode", "Relationship"), ("_primarycontactid_value", "Primary contact"), OWNER),
        follow=(("contacts", "parentcustomerid_account"), ("opportunities", "customerid_account"),
                ("quotes", "customerid_account"), ("salesorders", "customerid_account")),
    ),
    Kind(
        "contacts", "contact", "Contact", "Contacts",
        (("fullname", "Name"), ("_parentcustomerid_value", "Account"), ("emailaddress1", "E-mail"),
         ("telephone1", "Phone"), OWNER),
        ("fullname", "emailaddress1"),
        (Field("firstname", "First name"), Field("lastname", "Last name", required=True),
         Field("parentcustomerid_account", "Account", "lookup", "accounts"), Field("jobtitle", "Job title"),
         Field("emailaddress1", "E-mail", "email"), Field("telephone1", "Phone", "tel"), *PLACE, DESCRIPTION),
        name="fullname", looks=(STATE, OWNER),
    ),
    Kind(
        "products", "product", "Product", "Products",
        (("name", "Name"), ("productnumber", "Number"), ("_defaultuomid_value", "Unit"), ("price", "Price"), STATE),
        ("name", "productnumber"),
        (NAME, Field("productnumber", "Number"), DESCRIPTION),
        looks=(STATE, ("_defaultuomid_value", "Unit"), ("price", "Price"), ("quantityonhand", "Quantity on hand")),
        new=False,
    ),
    Kind(
        "opportunities", "opportunity", "Opportunity", "Opportunities",
        (("name", "Name"), CUSTOMER, ("estimatedvalue", "Estimated revenue"), ("estimatedclosedate", "Close by"),
         STATE), ("name",),
        (NAME, ACCOUNT, PRICES, Field("estimatedvalue", "Estimated revenue", "number"),
         Field("estimatedclosedate", "Estimated close date", "date"), DESCRIPTION),
        looks=(STATE, REASON, *SUMS, OWNER),
        lines=("opportunityproducts", "opportunityid"),
        actions=(Action("win", "Close as won", (OPEN,), "WinOpportunity", "OpportunityClose"),
                 Action("lose", "Close as lost", (OPEN,), "LoseOpportunity", "OpportunityClose"),
                 Action("quote", "Make a quote", (OPEN,), "GenerateQuoteFromOpportunity", target="quotes")),
    ),
    Kind(
        "quotes", "quote", "Quote", "Quotes",
        (("name", "Name"), ("quotenumber", "Number"), CUSTOMER, ("revisionnumber", "Revision"), TOTAL, STATE),
        ("name", "quotenumber"), HEADER,
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
        ("name", "ordernumber"), HEADER,
        looks=(("ordernumber", "Number"), STATE, REASON, *SUMS, ("submitdate", "Submitted"), OWNER),
        lines=("salesorderdetails", "salesorderid"),
        actions=(Action("submit", "Submit", (OPEN,), state=1),
                 Action("cancel", "Cancel order", (OPEN, 1), "CancelSalesOrder", "OrderClose")),
    ),
    Kind(
        "invoices", "invoice", "Invoice", "Invoices",
        (("name", "Name"), ("invoicenumber", "Number"), CUSTOMER, ("duedate", "Due"), TOTAL, STATE),
        ("name", "invoicenumber"), HEADER,
        looks=(("invoicenumber", "Number"), STATE, REASON, ("duedate", "Due"), *SUMS, OWNER),
        lines=("invoicedetails", "invoiceid"), new=False,
    ),
)  # fmt: skip
BY_SET = {kind.set: kind for kind in KINDS}
BY_TABLE = {kind.table: kind for kind in KINDS}
