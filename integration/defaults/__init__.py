"""The standard mappings, their fields, filters and jobs. What puts them in place is in ``mappings/standard.py``."""

from integration.defaults.shape import FieldDefault, JobDefault, MappingDefault, Part
from integration.defaults.standard import OUTSIDE_FULL_SYNCH, STANDARD

__all__ = ["OUTSIDE_FULL_SYNCH", "STANDARD", "FieldDefault", "JobDefault", "MappingDefault", "Part"]
