"""What the application stores about connection, mappings and jobs."""

from integration.models.access_key import WebServiceKey
from integration.models.audit import AuditEntry
from integration.models.cache import CachedText
from integration.models.connection import ConnectionSetup
from integration.models.field_mapping import FieldMapping
from integration.models.full_synch import FullSynchLine
from integration.models.history import RecordChange
from integration.models.job import SyncJob
from integration.models.mapping import TableMapping
from integration.models.plan import Plan, PlannedChange
from integration.models.preflight import Preflight
from integration.models.queue import JobQueueEntry
from integration.models.second_factor import CodeUse
from integration.models.synch_error import SyncError
from integration.models.task_run import TaskRun
from integration.models.template import RecordTemplate, TemplateUse, TemplateValue
from integration.models.transformation import FieldTransformation
from integration.models.user import User

__all__ = [
    "AuditEntry",
    "CachedText",
    "CodeUse",
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
    "SyncError",
    "SyncJob",
    "TableMapping",
    "TaskRun",
    "TemplateUse",
    "TemplateValue",
    "User",
    "WebServiceKey",
]
