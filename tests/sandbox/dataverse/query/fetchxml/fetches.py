"""Queries in FetchXML as addresses, and what asks for and marks the values shown to people."""

from __future__ import annotations

from urllib.parse import quote

ANNOTATED = 'odata.include-annotations="*"'
SHOWN = "@OData.Community.Display.V1.FormattedValue"


def fetch(inside: str, entity: str = "account", **attributes: str) -> str:
    """The address of a query."""
    named = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"{entity}s?fetchXml=" + quote(f'<fetch{named}><entity name="{entity}">{inside}</entity></fetch>')


def condition(attribute: str, operator: str, value: str | None = None) -> str:
    given = "" if value is None else f' value="{value}"'
    return f'<condition attribute="{attribute}" operator="{operator}"{given} />'
