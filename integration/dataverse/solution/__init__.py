"""The integration solution: what Dynamics 365 Sales gets to work with Business Central.

``solution.toml`` says what is in it, ``package`` makes the zip of it, ``importing`` brings it into an organization.
"""

from integration.dataverse.solution.description import describe
from integration.dataverse.solution.importing import Imported, import_into, installed_version, is_older
from integration.dataverse.solution.package import build

NAME = describe().name
"""The solution's unique name."""
ROLES = tuple(role.name for role in describe().roles)
"""All three security roles."""
INTEGRATION_ROLES = ROLES[:2]
"""Those the integration user gets; the third is for people who look at item availability."""

__all__ = [
    "INTEGRATION_ROLES",
    "NAME",
    "ROLES",
    "Imported",
    "build",
    "describe",
    "import_into",
    "installed_version",
    "is_older",
]
