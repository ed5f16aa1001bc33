"""A connection to the running organization."""

from __future__ import annotations

from typing import Any

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization


def joined(ready: dict[str, Any], **changed: Any) -> SalesOrganization:
    wanted = {name: ready[name] for name in ("url", "tenant", "client_id", "client_secret", "token_endpoint")}
    return connect(**{**wanted, **changed})
