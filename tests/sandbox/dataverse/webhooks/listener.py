"""Somebody who registers for events and receives the calls."""

from __future__ import annotations

import queue
from dataclasses import dataclass, field
from typing import Any

from integration.sandbox import Sandbox
from tests.dataverse.counterpart import Asked, Counterpart, Says
from tests.sandbox.conftest import Caller

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
SETTINGS = '<settings><setting name="{}" value="{}" /></settings>'


@dataclass
class Listener:
    """Somebody who gets calls, and the organization that makes them."""

    server: Counterpart
    sandbox: Sandbox
    call: Caller
    answers: list[Says] = field(default_factory=list)
    calls: queue.Queue[Asked] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.server.route = self._hear

    def _hear(self, asked: Asked) -> Says:
        self.calls.put(asked)
        return self.answers.pop(0) if self.answers else Says(200)

    def endpoint(self, **values: Any) -> str:
        body = {"name": "Adatum", "contract": 8, "url": f"{self.server.url}/hook", "authtype": 4, "authvalue": "s3cret"}
        return self.call.create("serviceendpoints", **{**body, "messageformat": 2, **values})

    def step(self, message: str, table: str = "account", endpoint: str = "", **values: Any) -> str:
        (found,) = self.call.rows(f"sdkmessages?$filter=name eq '{message}'")
        among = f"_sdkmessageid_value eq {found['sdkmessageid']} and primaryobjecttypecode eq '{table}'"
        filters = self.call.rows(f"sdkmessagefilters?$filter={among}") if table else []
        bound = [("sdkmessagefilterid_at_bind", f"/sdkmessagefilters({one['sdkmessagefilterid']})") for one in filters]
        given = {"mode": 1, "stage": 40, "rank": 1, "supporteddeployment": 0, "asyncautodelete": False}
        return self.call.create(
            "sdkmessageprocessingsteps", name=f"{message} of {table}",
            eventhandler_serviceendpoint_at_bind=f"/serviceendpoints({endpoint or self.endpoint()})",
            sdkmessageid_at_bind=f"/sdkmessages({found['sdkmessageid']})", **dict(bound), **{**given, **values},
        )  # fmt: skip

    def next(self) -> Asked:
        return self.calls.get(timeout=10)

    def quiet(self) -> bool:
        self.sandbox.organization.deliveries.wait_until_posted()
        return self.calls.empty()

    def jobs(self) -> list[dict[str, Any]]:
        self.sandbox.organization.deliveries.wait_until_posted()
        return self.call.rows("asyncoperations?$filter=operationtype eq 1")


def attributes(asked: Asked) -> dict[str, Any]:
    (target,) = [pair["value"] for pair in asked.json()["InputParameters"] if pair["key"] == "Target"]
    return {pair["key"]: pair["value"] for pair in target["Attributes"]}
