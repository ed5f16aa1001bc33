"""The demo company CRONUS International Ltd."""

from integration.business_central.demo.fill import fill

__all__ = ["fill"]
