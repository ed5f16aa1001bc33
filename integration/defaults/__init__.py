"""The standard mappings, their fields, filters and jobs: as data, and the verbs that put them in place."""

from integration.connection.recurring_jobs import create_house_jobs, follow_features, hold_jobs, release_jobs
from integration.defaults.shape import FieldDefault, JobDefault, MappingDefault, Part
from integration.defaults.standard import OUTSIDE_FULL_SYNCH, STANDARD
from integration.mappings.numbers import write_numbers
from integration.mappings.standard import Difference, changed, create_missing, default_for, differences, missing, reset

__all__ = [
    "OUTSIDE_FULL_SYNCH",
    "STANDARD",
    "Difference",
    "FieldDefault",
    "JobDefault",
    "MappingDefault",
    "Part",
    "changed",
    "create_house_jobs",
    "create_missing",
    "default_for",
    "differences",
    "follow_features",
    "hold_jobs",
    "missing",
    "release_jobs",
    "reset",
    "write_numbers",
]
