"""What this app adds to the navigation and to the pages of integration: the guide and the administrator's step."""

from __future__ import annotations

from typing import Any

from integration.pages.parts import Entry, PagePart

SET_UP = "integration.change_connectionsetup"

ENTRIES = (Entry("Setup", 100, "Assisted Setup", "setup", right=SET_UP),)


def _is_enabled(setup: Any) -> bool:
    return bool(setup.is_enabled)


def _is_off(setup: Any) -> bool:
    return not setup.is_enabled


def _orders_on(setup: Any) -> bool:
    return bool(setup.order_integration_enabled)


def _orders_off(setup: Any) -> bool:
    return not setup.order_integration_enabled


def _administrator(place: str, order: int, label: str, wanted: str, **more: Any) -> PagePart:
    return PagePart(place, order, label, "guide_administrator", query=lambda _: {"for": wanted}, right=SET_UP, **more)


PARTS = (
    PagePart("guide", 0, "Assisted Setup", "guide"),
    PagePart("connection.guide", 0, "Assisted Setup", "guide", when=_is_enabled, right=SET_UP),
    PagePart(
        "connection.guide", 1, "Assisted Setup", "guide_from_setup", when=_is_off, right=SET_UP, form="connection-setup"
    ),
    _administrator("connection.actions", 10, "Redeploy Integration Solution", "redeploy"),
    _administrator("connection.actions", 20, "Assign Security Roles", "roles"),
    _administrator("connection.orders", 0, "Switch it off", "orders-off", when=_orders_on),
    _administrator("connection.orders", 1, "Switch it on", "orders-on", when=_orders_off),
)
