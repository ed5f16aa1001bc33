"""The two kinds of documents that come from Dynamics 365 Sales, and how their pages speak of them: data."""

from __future__ import annotations

from dataclasses import dataclass

from integration.models import SyncJob, TableMapping

ALL = "all"


@dataclass(frozen=True, slots=True)
class States:
    """One choice of the filter: documents of Sales in these states. ``unsent``: only those that nobody has marked as
    sent to a back office."""

    key: str
    label: str
    codes: tuple[int, ...]
    unsent: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``number`` and ``dated`` are columns of its table (``dated``: since when it waits for us), ``page``,
    ``card`` and ``action`` the names of its addresses. The first of ``states`` is shown where none is asked for;
    ``eligible`` are those in which it becomes a document of Business Central."""

    title: str
    noun: str
    table: str
    line_table: str
    mapping: str
    job: SyncJob.Kind
    number: str
    dated: str
    verb: str
    page: str
    card: str
    action: str
    eligible: tuple[int, ...]
    states: tuple[States, ...]

    @property
    def owner(self) -> str:
        """The column of a line that refers to its document."""
        return f"{self.table}id"

    def stored_mapping(self) -> TableMapping | None:
        """The mapping whose couplings say what became of these documents."""
        return TableMapping.objects.filter(name=self.mapping).first()

    def state(self, key: str) -> States:
        """The states of this choice, the usual ones where there is no such choice."""
        return next((one for one in self.states if one.key == key), self.states[0])


ORDERS = Kind(
    title="Sales Orders – Dynamics 365 Sales",
    noun="order",
    table="salesorder",
    line_table="salesorderdetail",
    mapping="SALESORDER-ORDER",
    job=SyncJob.Kind.CREATE_ORDERS,
    number="ordernumber",
    dated="submitdate",
    verb="Create in Business Central",
    page="sales_orders",
    card="sales_order",
    action="sales_orders_action",
    eligible=(1,),
    states=(
        States("", "Submitted", (1,), unsent=True),
        States("submitted", "All submitted", (1,)),
        States("active", "Active", (0,)),
        States("canceled", "Canceled", (2,)),
        States("fulfilled", "Fulfilled", (3,)),
        States("invoiced", "Invoiced", (4,)),
        States(ALL, "All", ()),
    ),
)
QUOTES = Kind(
    title="Sales Quotes – Dynamics 365 Sales",
    noun="quote",
    table="quote",
    line_table="quotedetail",
    mapping="SALESQUOTE-QUOTE",
    job=SyncJob.Kind.PROCESS_QUOTES,
    number="quotenumber",
    dated="createdon",
    verb="Process in Business Central",
    page="sales_quotes",
    card="sales_quote",
    action="sales_quotes_action",
    eligible=(1, 2, 3),
    states=(
        States("", "Active and Won", (1, 2)),
        States("active", "Active", (1,)),
        States("won", "Won", (2,)),
        States("closed", "Closed", (3,)),
        States("draft", "Draft", (0,)),
        States(ALL, "All", ()),
    ),
)
