"""``manage.py couple CUSTOMER 10000 <account id>``: say that two records are the same."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from coupling import commands
from coupling.models import CouplingError
from coupling.pages.people import uncoupled_people
from integration import jobs
from integration.management.console import EXPECTED, ConsoleCommand, mapping_named, record_id


class Command(ConsoleCommand):
    help = "Couples a Business Central record with a Dynamics 365 Sales record."
    expected = (*EXPECTED, CouplingError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("mapping", help="name of the mapping, such as CUSTOMER")
        parser.add_argument("erp_key", help="id, number or code of the Business Central record")
        parser.add_argument("crm_id", help="id (or name) of the Dynamics 365 Sales record")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        mapping = mapping_named(options["mapping"])
        with jobs.open_now() as connected:
            erp_id = record_id(connected.erp, mapping.erp_table, options["erp_key"])
            crm_id = record_id(connected.crm, mapping.crm_table, options["crm_id"])
            records = ((connected.erp, mapping.erp_table, erp_id), (connected.crm, mapping.crm_table, crm_id))
            for system, table, id in records:
                if id not in system.get(table, [id], []):
                    raise CommandError(f"There is no {system.describe(table).label} with the id {id}.")
        commands.couple(mapping, erp_id, crm_id, commands.coupled_with(mapping, erp_id))
        self.say(f"{mapping.name}: {options['erp_key']} is coupled with {crm_id}.", options)
        contacts, people = uncoupled_people(mapping, erp_id)
        if contacts is not None:
            many = "s of this firm are" if len(people) > 1 else " of this firm is"
            self.say(f"{len(people)} contact{many} not coupled. Match them under {contacts.name}.", options)
        return {"mapping": mapping.name, "erp_id": str(erp_id), "crm_id": str(crm_id)}, True
