"""The standard mappings, their fields, filters and jobs: as data, and the verbs that put them in place."""

from integration.defaults.apply import Difference, create_missing, default_for, differences, missing, reset
from integration.defaults.shape import FieldDefault, JobDefault, MappingDefault, Part
from integration.defaults.standard import OUTSIDE_FULL_SYNCH, STANDARD

__all__ = [
    "OUTSIDE_FULL_SYNCH",
    "STANDARD",
    "Difference",
    "FieldDefault",
    "JobDefault",
    "MappingDefault",
    "Part",
    "create_missing",
    "default_for",
    "differences",
    "missing",
    "reset",
]
