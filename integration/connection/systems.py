"""Opening both ends of the connection: the one place that knows which systems they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from integration.business_central.models import CompanyInformation, GeneralLedgerSetup
from integration.business_central.store import EmbeddedCompany
from integration.connection.sign_in import api_of, grant_of
from integration.dataverse.connecting import Shared
from integration.dataverse.connecting import connect_with as connect
from integration.dataverse.expected import Expected
from integration.dataverse.metadata import last_described as described_last
from integration.dataverse.session import Gate, Patience
from integration.models.stored.cache import metadata_cache, token_cache
from integration.models.stored.secret import SecretUnreadable
from integration.sync.rules import Context, Direction
from integration.systems.errors import ConfigurationProblem
from integration.systems.system import System
from integration.systems.values import Side, Table

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

UNREADABLE = (
    "The stored client secret cannot be decrypted: FIELD_ENCRYPTION_KEYS no longer holds the key it was encrypted "
    "with. Add that key again, or type the secret anew."
)


@dataclass(frozen=True, slots=True)
class Connected:
    """Both systems, ready to be asked, and what a run has to know about them."""

    erp: System
    crm: System
    context: Context

    def system(self, side: Side) -> System:
        """The system of this side."""
        return self.erp if side is Side.ERP else self.crm

    def source_and_destination(self, direction: Direction) -> tuple[System, System]:
        """Where a pass in this direction reads, and where it writes."""
        return self.system(direction.source), self.system(direction.destination)

    def close(self) -> None:
        """Give the network connections back."""
        close(self.erp)
        close(self.crm)


def close(system: System) -> None:
    """Give a system's network connections back, where it has some."""
    finish = getattr(system, "close", None)
    if finish is not None:
        finish()


def open_erp() -> System:
    """The embedded Business Central company."""
    return EmbeddedCompany()


def open_crm(
    setup: ConnectionSetup, *, patience: Patience, gate: Gate | None = None, expected: Expected | None = None
) -> System:
    """The organization behind a connection setup; nothing is asked yet. ``expected``: the only one that is spoken with.
    Raises ``ConfigurationProblem`` where something is missing or the secret cannot be read. Pages, runs and checks come
    through ``connection/opening.py``."""
    if setup.missing():
        raise ConfigurationProblem(f"The connection is not set up: {', '.join(setup.missing())} missing.")
    try:
        credentials = grant_of(setup)
    except SecretUnreadable as error:
        raise ConfigurationProblem(UNREADABLE) from error
    return connect(
        url=setup.url,
        credentials=credentials,
        shared=Shared(token_cache(), metadata_cache(), gate),
        api=api_of(setup),
        ca=settings.DATAVERSE_CA_FILE or None,
        patience=patience,
        expected=expected,
        zone=setup.time_zone,
    )


def last_described(setup: ConnectionSetup, tables: Sequence[str]) -> dict[str, Table]:
    """Name -> a table of Sales as it was described last, however long ago: for words, where Sales is not asked."""
    return described_last(setup.url, metadata_cache().last, tables)


def local_currency() -> str:
    """The company's LCY code, blank where General Ledger Setup does not say."""
    return str(GeneralLedgerSetup.current().lcy_code)


def company_name() -> str:
    """What the company is called."""
    return str(CompanyInformation.current().name)
