"""Which rules run for which table, in order."""

from __future__ import annotations

from typing import Any

from integration.sandbox.dataverse.rules import (
    addresses,
    business_units,
    currencies,
    deletion,
    endpoints,
    hierarchies,
    money,
    owners,
    people,
    prices,
    products,
    states,
    units,
)
from integration.sandbox.dataverse.rules.trade import documents, editing, lines, totals
from integration.sandbox.dataverse.security import role_checks, roles
from integration.sandbox.dataverse.store.presets import LINES
from integration.sandbox.dataverse.store.write import Changed, Changing, Creating, Deleting

DOCUMENTS = ("opportunity", "quote", "salesorder", "invoice")

BEFORE_CREATE: dict[str, list[Any]] = {
    "contact": [people.name_contacts],
    "systemuser": [people.complete_users],
    "role": [roles.complete_roles, role_checks.check_new],
    "businessunit": [business_units.check_new],
    "team": [people.complete_teams],
    "transactioncurrency": [currencies.check_new],
    "uomschedule": [units.check_groups],
    "uom": [units.check_units],
    "product": [products.check_new],
    "pricelevel": [prices.check_lists],
    "productpricelevel": [prices.check_new_lines],
    "post": [people.complete_posts],
    "serviceendpoint": [endpoints.check_new],
    "sdkmessageprocessingstep": [endpoints.check_new_steps],
    **{name: [editing.check_new, documents.number, documents.name_customers, totals.begin] for name in DOCUMENTS},
    **{name: [documents.follow_header, lines.complete] for name in LINES},
}
BEFORE_CHANGE: dict[str, list[Any]] = {
    "contact": [people.rename_contact],
    "systemuser": [role_checks.check_user, people.rename_user, people.move_user],
    "role": [role_checks.check_change],
    "businessunit": [business_units.check_change],
    "transactioncurrency": [currencies.check_change],
    "uom": [units.check_change],
    "product": [products.check_change],
    "pricelevel": [prices.check_list],
    "productpricelevel": [prices.check_line],
    "serviceendpoint": [endpoints.check_change],
    "sdkmessageprocessingstep": [endpoints.check_changed_step],
    **{name: [editing.keep_closed, documents.name_customer, totals.change] for name in DOCUMENTS},
    **{name: [lines.change] for name in LINES},
}
AFTER_CREATE: dict[str, list[Any]] = {
    **{name: [hierarchies.check_new] for name in hierarchies.PARENTS},
    "uomschedule": [units.create_base_units],
    "role": [roles.copy_new_roles],
    "businessunit": [hierarchies.check_new, roles.copy_roles_to_units],
    **{name: [totals.renew_of_lines] for name in LINES},
}
AFTER_CHANGE: dict[str, list[Any]] = {
    **{name: [hierarchies.check_changed] for name in hierarchies.PARENTS},
    **{name: [documents.lead_lines] for name in DOCUMENTS},
    **{name: [totals.renew_of_changed] for name in LINES},
}
BEFORE_DELETE: dict[str, list[Any]] = {
    "uom": [units.keep_base_unit],
    "transactioncurrency": [currencies.keep_base],
    "role": [role_checks.check_deletion],
    "businessunit": [business_units.check_deletion],
    "serviceendpoint": [endpoints.forget],
    **{name: [lines.check_leaving] for name in LINES},
}
AFTER_DELETE: dict[str, list[Any]] = {name: [totals.renew_of_left] for name in LINES}


class RuleRegistry:
    """The rules by table. The general ones (owner, state, money, address) come after the table's own."""

    def creating(self, table: str) -> list[Creating]:
        return [*BEFORE_CREATE.get(table, ()), owners.give, states.start, money.convert_new, addresses.compose]

    def changing(self, table: str) -> list[Changing]:
        return [*BEFORE_CHANGE.get(table, ()), owners.change, states.change, money.change, addresses.recompose]

    def created(self, table: str) -> list[Creating]:
        return AFTER_CREATE.get(table, [])

    def changed(self, table: str) -> list[Changed]:
        return AFTER_CHANGE.get(table, [])

    def deleting(self, table: str) -> list[Deleting]:
        return [*BEFORE_DELETE.get(table, ()), deletion.cascade]

    def deleted(self, table: str) -> list[Deleting]:
        return AFTER_DELETE.get(table, [])

    def storing(self) -> list[Changing]:
        """What is asked about values that the organization worked out itself."""
        return [money.change]
