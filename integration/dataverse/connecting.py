"""A Dynamics 365 Sales organization made ready by address and credentials."""

from __future__ import annotations

from dataclasses import dataclass

from integration.dataverse.expected import Expected
from integration.dataverse.session import API, Cache, Credentials, Gate, Patience, Session
from integration.dataverse.signin import Grant, HeldToken, endpoint_for
from integration.dataverse.store import SalesOrganization
from integration.http import Limits, Transport


@dataclass(frozen=True, slots=True)
class Shared:
    """What an organization shares with other processes: caches for tokens and metadata, and the gate of everybody who
    writes as the same user."""

    tokens: Cache | None = None
    metadata: Cache | None = None
    gate: Gate | None = None


def connect(
    url: str,
    tenant: str,
    client_id: str,
    client_secret: str,
    token_endpoint: str = "",
    token_cache: Cache | None = None,
    metadata_cache: Cache | None = None,
    gate: Gate | None = None,
    concurrency: int = 4,
    ca: str | None = None,
    limits: Limits | None = None,
) -> SalesOrganization:
    """An organization by address and client credentials. Nothing is sent before the first verb."""
    credentials = Credentials(tenant, client_id, client_secret, token_endpoint or endpoint_for(url, tenant))
    shared = Shared(token_cache, metadata_cache, gate)
    return connect_with(url, credentials, shared, concurrency=concurrency, ca=ca, limits=limits)


def connect_with(
    url: str,
    credentials: Grant | HeldToken,
    shared: Shared | None = None,
    *,
    api: str = API,
    concurrency: int = 4,
    ca: str | None = None,
    limits: Limits | None = None,
    patience: Patience | None = None,
    zone: str = "",
    expected: Expected | None = None,
) -> SalesOrganization:
    """An organization by address and any way of signing in: a grant, or the token of an administrator. ``ca`` is a file
    with a private certificate authority, ``api`` the version of the Web API, ``zone`` where days of user-local columns
    are meant (``Europe/Copenhagen``; blank: wherever people live), ``expected`` the only organization that is spoken
    with. Nothing is sent before the first verb."""
    shared = shared or Shared()
    patience = patience or Patience(limits or Limits())
    session = Session(
        url,
        credentials,
        api=api,
        transport=Transport(limits or patience.limits, ca),
        patience=patience,
        tokens=shared.tokens,
        gate=shared.gate,
        expected=expected,
        concurrency=concurrency,
    )
    return SalesOrganization(session, shared.metadata, zone=zone)
