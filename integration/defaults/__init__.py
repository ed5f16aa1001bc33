"""The standard mappings, their fields, filters and jobs: as data, and the verbs that put them in place."""

from integration.defaults.extra import EXTRA_JOBS, ExtraJob, create_house_jobs, settle_extra_jobs
from integration.defaults.shape import FieldDefault, JobDefault, MappingDefault, Part
from integration.defaults.standard import OUTSIDE_FULL_SYNCH, STANDARD
from integration.mappings.numbers import write_numbers
from integration.mappings.standard import Difference, changed, create_missing, default_for, differences, missing, reset

__all__ = [
    "EXTRA_JOBS",
    "OUTSIDE_FULL_SYNCH",
    "STANDARD",
    "Difference",
    "ExtraJob",
    "FieldDefault",
    "JobDefault",
    "MappingDefault",
    "Part",
    "changed",
    "create_house_jobs",
    "create_missing",
    "default_for",
    "differences",
    "missing",
    "reset",
    "settle_extra_jobs",
    "write_numbers",
]
