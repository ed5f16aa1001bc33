"""Transformation rules: what happens to a value on its way from one field to the other. Pure.

A value travels as text through a chain of steps: towards Sales from the first to the last, towards Business Central
from the last to the first. A step for one direction works in that direction only. A step for both directions is
undone on the way back where its kind can be undone (a prefix is taken off again), and done again where it cannot (an
upper-case text stays one). A blank value stays blank, unless a lookup table says what it becomes.
"""

from integration.sync.transformations.base import Kind, Parameter, Transformation, WrongParameter
from integration.sync.transformations.chain import KINDS, Chain, chain, check, kind_of

__all__ = ["KINDS", "Chain", "Kind", "Parameter", "Transformation", "WrongParameter", "chain", "check", "kind_of"]
