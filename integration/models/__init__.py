"""What the application stores about connection, mappings and jobs."""

from integration.models.connection.setup import ConnectionSetup
from integration.models.jobs.flows import FlowCursor, PendingPost
from integration.models.jobs.full_synch import FullSynchLine
from integration.models.jobs.history import RecordChange
from integration.models.jobs.job import SyncJob
from integration.models.jobs.plan import Plan, PlannedChange
from integration.models.jobs.queue_entry import JobQueueEntry
from integration.models.jobs.synch_error import SyncError
from integration.models.jobs.task_run import TaskRun
from integration.models.mapping.field_mapping import FieldMapping
from integration.models.mapping.table_mapping import TableMapping
from integration.models.mapping.template import RecordTemplate, TemplateUse, TemplateValue
from integration.models.mapping.transformation import FieldTransformation
from integration.models.people.access_key import WebServiceKey
from integration.models.people.code_use import CodeUse
from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry
from integration.models.stored.cache import CachedText
from integration.models.stored.catalog import CatalogRow, CatalogTable, CouplingNews
from integration.models.stored.preflight import Preflight

__all__ = [
    "AuditEntry",
    "CachedText",
    "CatalogRow",
    "CatalogTable",
    "CodeUse",
    "ConnectionSetup",
    "CouplingNews",
    "FieldMapping",
    "FieldTransformation",
    "FlowCursor",
    "FullSynchLine",
    "JobQueueEntry",
    "PendingPost",
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
