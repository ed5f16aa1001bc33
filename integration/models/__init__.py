"""What the application stores about connection, mappings and jobs."""

from integration.models.cache import CachedText
from integration.models.connection import ConnectionSetup
from integration.models.field_mapping import FieldMapping
from integration.models.job import FullSynchLine, JobQueueEntry, SyncError, SyncJob
from integration.models.mapping import TableMapping
from integration.models.user import User

__all__ = [
    "CachedText",
    "ConnectionSetup",
    "FieldMapping",
    "FullSynchLine",
    "JobQueueEntry",
    "SyncError",
    "SyncJob",
    "TableMapping",
    "User",
]
