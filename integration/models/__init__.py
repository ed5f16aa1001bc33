"""What the application stores about connection, mappings and jobs."""

from integration.models.connection import ConnectionSetup
from integration.models.job import FullSynchLine, JobQueueEntry, SyncError, SyncJob
from integration.models.mapping import FieldMapping, TableMapping
from integration.models.user import User

__all__ = [
    "ConnectionSetup",
    "FieldMapping",
    "FullSynchLine",
    "JobQueueEntry",
    "SyncError",
    "SyncJob",
    "TableMapping",
    "User",
]
