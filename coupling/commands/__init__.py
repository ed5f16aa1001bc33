"""What people do with couplings: couple, uncouple, create the other record, synchronize now.

Every verb checks first and says in words what is in the way; running is left to the jobs.
"""

from __future__ import annotations

from coupling.commands.already import CoupledAlready, coupled_of
from coupling.commands.checks import Blocked, coupled_with
from coupling.commands.couple_records import (
    COUPLING,
    CRM_ID,
    ERP_ID,
    couple,
    coupled,
    uncouple,
    uncouple_all,
    uncouple_inline,
)
from coupling.commands.create_records import creatable, create
from coupling.commands.flows import retry_posts, update_statistics
from coupling.commands.synchronize_now import CAPTIONS, GET, MERGE, SEND, plans, synchronize, ways

__all__ = [
    "CAPTIONS",
    "COUPLING",
    "CRM_ID",
    "ERP_ID",
    "GET",
    "MERGE",
    "SEND",
    "Blocked",
    "CoupledAlready",
    "couple",
    "coupled",
    "coupled_of",
    "coupled_with",
    "creatable",
    "create",
    "plans",
    "retry_posts",
    "synchronize",
    "uncouple",
    "uncouple_all",
    "uncouple_inline",
    "update_statistics",
    "ways",
]
