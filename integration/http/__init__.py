"""The only place that speaks HTTP: pooled connections, time-outs on every call, bounded answers, allowed addresses.

    transport = Transport()
    answer = transport.send("GET", "https://contoso.crm4.dynamics.com/api/data/v9.2/WhoAmI", headers={...})
    answer.status, answer.json()

What comes back is an :class:`Answer`, whatever its status; what keeps an answer from coming is raised as one of the
connection problems of ``systems/errors.py``. Redirects are never followed: a system that answers from elsewhere is
not the one a person named.
"""

from integration.http.exact import decode, encode
from integration.http.sockets import deadline
from integration.http.transport import Answer, Limits, Transport
from integration.systems.addresses import check_address, is_loopback

__all__ = ["Answer", "Limits", "Transport", "check_address", "deadline", "decode", "encode", "is_loopback"]
