"""``manage.py process_quotes``."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from integration.business_central.models import Item
from integration.management.entry import main
from integration.models import AuditEntry, ConnectionSetup
from tests.integration.flows.quotes.quoting import Quoting, quoting

__all__ = ["quoting"]


def test_the_newest_revision_of_a_number_is_processed_and_the_run_is_on_record(
    quoting: Quoting, capsys: pytest.CaptureFixture[str]
) -> None:
    first = quoting.quote(quoting.line())
    second = quoting.revise(first, quoting.line("LAMP"))
    quoting.quote(quoting.line())

    main(["manage.py", "process_quotes", "quo-00001", "--json"])

    said = json.loads(capsys.readouterr().out)
    assert (said["status"], said["counters"]["inserted"]) == ("finished", 1)
    assert quoting.here(second).no == "1001"
    entry = AuditEntry.objects.get(action="started", kind="run")
    assert (entry.who, entry.after["type"]) == ("command line", "Processing of Sales Quotes")


def test_without_a_number_all_that_changed_are_processed_and_a_failure_says_so(
    quoting: Quoting, capsys: pytest.CaptureFixture[str]
) -> None:
    quoting.quote(quoting.line())
    quoting.quote(quoting.line("LAMP"))
    Item.objects.filter(no="LAMP").update(blocked=True)

    with pytest.raises(SystemExit) as ended:
        main(["manage.py", "process_quotes"])

    assert ended.value.code == 1
    assert "Item LAMP is blocked." in capsys.readouterr().out


def test_a_number_that_sales_does_not_have_is_refused(quoting: Quoting) -> None:
    with pytest.raises(CommandError, match="Dynamics 365 Sales has no quote QUO-9") as refused:
        call_command("process_quotes", "QUO-9")
    assert refused.value.returncode == 2


def test_while_order_integration_is_off_it_is_refused(quoting: Quoting) -> None:
    ConnectionSetup.objects.update(order_integration_enabled=False)
    with pytest.raises(CommandError, match="Sales order integration is off") as refused:
        call_command("process_quotes")
    assert refused.value.returncode == 2
