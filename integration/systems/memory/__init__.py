"""A system in memory: the twin that tests use on either side."""

from integration.systems.memory.faults import Call
from integration.systems.memory.system import PERSON, MemorySystem

__all__ = ["PERSON", "Call", "MemorySystem"]
