"""What the organization answers by a fault on purpose: its throttling, its outages, its refusals of what is stale."""

from __future__ import annotations

import math
from functools import partial

from integration.sandbox.dataverse.http.limits import throttled
from integration.sandbox.dataverse.refusals import stale
from integration.sandbox.shell.faults import DROPS, Fault, fault_from_text
from integration.sandbox.shell.limits import Bounds
from integration.sandbox.shell.refusal import Refusal

THROTTLES = {"429_requests": "requests", "429_execution": "execution", "429_concurrency": "concurrency"}
ANYWHERE = (*DROPS, *THROTTLES, "latency", "503", "expired_token", "412", "deadlock")
KINDS = {**dict.fromkeys(ANYWHERE, ""), "expired_delta": "deltatoken="}
"""Kind of fault -> text that the address of a request must hold for it."""

read_fault = partial(fault_from_text, kinds=KINDS)
"""``kind=drop_after,probability=0.05`` as a fault. Raises ``ValueError``."""


def refusal_of(fault: Fault) -> Refusal | None:
    """What the organization answers by this fault; ``None`` where it does not answer or only late."""
    if fault.kind in THROTTLES:
        return throttled(THROTTLES[fault.kind], Bounds(), fault.seconds)
    later = {"Retry-After": str(max(1, math.ceil(fault.seconds)))}
    return {
        "503": Refusal(503, "0x80044b01", "The service is temporarily unavailable.", later),
        "expired_token": Refusal(401, "0x80072560", "The token is expired.", {"WWW-Authenticate": "Bearer"}),
        "expired_delta": Refusal(
            400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync."
        ),
        "412": stale(),
        "deadlock": Refusal(400, "0x80044150", "SQL Server deadlock. The transaction was rolled back; try it again."),
    }.get(fault.kind)
