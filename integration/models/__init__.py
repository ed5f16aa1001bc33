"""What the application stores about connection, mappings and jobs."""

from integration.models.connection.setup import ConnectionSetup
from integration.models.full_synch import FullSynchLine
from integration.models.history import RecordChange
from integration.models.job import SyncJob
from integration.models.mapping.field_mapping import FieldMapping
from integration.models.mapping.table_mapping import TableMapping
from integration.models.mapping.template import RecordTemplate, TemplateUse, TemplateValue
from integration.models.mapping.transformation import FieldTransformation
from integration.models.people.access_key import WebServiceKey
from integration.models.people.user import User
from integration.models.plan import Plan, PlannedChange
from integration.models.queue import JobQueueEntry
from integration.models.second_factor import SecondFactor
from integration.models.stored.audit import AuditEntry
from integration.models.stored.cache import CachedText
from integration.models.stored.preflight import Preflight
from integration.models.synch_error import SyncError
from integration.models.task_run import TaskRun

__all__ = [
    "AuditEntry",
    "CachedText",
    "ConnectionSetup",
    "FieldMapping",
    "FieldTransformation",
    "FullSynchLine",
    "JobQueueEntry",
    "Plan",
    "PlannedChange",
    "Preflight",
    "RecordChange",
    "RecordTemplate",
    "SecondFactor",
    "SyncError",
    "SyncJob",
    "TableMapping",
    "TaskRun",
    "TemplateUse",
    "TemplateValue",
    "User",
    "WebServiceKey",
]
