"""A demo organization."""

from tests.dataverse.conftest import sandbox

__all__ = ["sandbox"]
