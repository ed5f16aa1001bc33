"""Where Dynamics 365 Sales shows what this application knows of it."""

from __future__ import annotations

RECORD = "{url}/main.aspx?pagetype=entityrecord&etn={entity}&id={id}"
LIST = "{url}/main.aspx?pagetype=entitylist&etn={entity}"


def record_in_sales(url: str, entity: str, id: object) -> str:
    """The address of a record there; blank while nobody has named the organization's ``url``."""
    return RECORD.format(url=url, entity=entity, id=id) if url else ""


def list_in_sales(url: str, entity: str) -> str:
    """The address of the list of a table there; blank as above."""
    return LIST.format(url=url, entity=entity) if url else ""
