"""``manage.py uncouple CUSTOMER 10000``: remove a coupling; both records stay."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from coupling import commands
from integration import jobs
from integration.management.console import ConsoleCommand, mapping_named, record_id


class Command(ConsoleCommand):
    help = "Removes the coupling of a Business Central record. Both records stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("mapping", help="name of the mapping, such as CUSTOMER")
        parser.add_argument("erp_key", help="id, number or code of the Business Central record")

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        mapping = mapping_named(options["mapping"])
        with jobs.open_now() as connected:
            erp_id = record_id(connected.erp, mapping.erp_table, options["erp_key"])
            if commands.coupled_with(mapping, erp_id) is None:
                raise CommandError(f"{options['erp_key']} is not coupled.")
            removed = commands.uncouple_inline(mapping, [erp_id], connected)
        self.say(f"{mapping.name}: {options['erp_key']} is not coupled any more.", options)
        return {"mapping": mapping.name, "erp_id": str(erp_id), "uncoupled": removed}, True
