"""``manage.py erase_person CONTACT 10000``: forget what is remembered about a record."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from coupling.commands.erase import erase
from integration import jobs
from integration.management.console import ConsoleCommand, mapping_named, record_id
from integration.systems.values import Side


class Command(ConsoleCommand):
    help = (
        "Clears agreed values, history, errors and lines of dry runs about a record and the one it is coupled with. "
        "The records and their coupling stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("mapping", help="name of the mapping, such as CONTACT")
        parser.add_argument("key", help="id, number or code of the record")
        parser.add_argument("--side", choices=[side.value for side in Side], default=Side.ERP.value)

    def perform(self, **options: Any) -> tuple[dict[str, Any], bool]:
        mapping, side = mapping_named(options["mapping"]), Side(options["side"])
        with jobs.open_now() as connected:
            id = record_id(connected.system(side), mapping.table(side), options["key"])
        erased = erase(side, id)
        self.say(erased.text, options)
        return {"id": str(id), "couplings": erased.agreed, "changes": erased.changes, "errors": erased.errors}, True
