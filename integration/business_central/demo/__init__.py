"""The demo company CRONUS International Ltd."""

from integration.business_central.demo.fill import fill
from integration.business_central.demo.sold import sell

__all__ = ["fill", "sell"]
