"""The service protection limits as the organization words them: the refusal, and the headers with what is left."""

from __future__ import annotations

import math

from integration.sandbox.shell.limits import Bounds, Left
from integration.sandbox.shell.refusal import Refusal


def headers_of(left: Left) -> dict[str, str]:
    return {
        "x-ms-ratelimit-burst-remaining-xrm-requests": str(left.requests),
        "x-ms-ratelimit-time-remaining-xrm-requests": f"{left.seconds:,.2f}",
    }


def throttled(kind: str, bounds: Bounds, wait: float) -> Refusal:
    """429 of a kind (``requests``, ``execution``, ``concurrency``); to be tried again in whole seconds."""
    window = f"{bounds.seconds:g} seconds"
    code, text = {
        "requests": (
            "0x80072322",
            f"Number of requests exceeded the limit of {bounds.requests} over time window of {window}.",
        ),
        "execution": (
            "0x80072321",
            (
                "Combined execution time of incoming requests exceeded limit of "
                f"{bounds.execution_seconds * 1000:,.0f} milliseconds over time window of {window}. Decrease number of "
                "concurrent requests or reduce the duration of requests and try again later."
            ),
        ),
        "concurrency": (
            "0x80072326",
            f"Number of concurrent requests exceeded the limit of {bounds.concurrent}.",
        ),
    }[kind]
    return Refusal(429, code, text, {"Retry-After": str(max(1, math.ceil(wait)))})
