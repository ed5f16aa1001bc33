"""What the guide changes is in the audit log: who, before and after, and never a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.models import AuditEntry
from integration.systems.memory.system import MemorySystem
from setup_wizard.models import Guide
from setup_wizard.sandbox import SHOWN_BY
from tests.setup_wizard.conftest import BY_HAND, ENTERED, GUIDE, SECRET, press, walk

pytestmark = pytest.mark.django_db
GUIDES = "assisted setup of the connection"
SETUP = "Microsoft Dynamics 365 Connection Setup"


def recorded(kind: str) -> list[tuple[str, dict, dict]]:
    """(who, before, after) of each entry about it, the oldest first."""
    return [(one.who, one.before, one.after) for one in AuditEntry.objects.filter(kind=kind).order_by("pk")]


def test_the_address_and_that_there_is_a_secret_are_recorded_and_not_the_secret(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    press(admin, "welcome")
    press(admin, "connection", **ENTERED, client_secret=SECRET)
    [(who, before, after)] = recorded(SETUP)
    assert (who, before["Dynamics 365 Sales URL"]) == ("annette", "")
    assert after["Dynamics 365 Sales URL"] == ENTERED["url"]
    assert after["client secret"] == "•••••••• (changed)"
    assert SECRET not in str(list(AuditEntry.objects.values_list()))


def test_wishes_of_the_guide_are_recorded_where_they_differ_from_what_was_there(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    press(admin, "data", **{"direction-CUSTOMER": "to_crm"}, **BY_HAND)
    press(admin, "data", **{"direction-CUSTOMER": "to_crm"}, **BY_HAND)
    wishes, tables = recorded(GUIDES)
    assert wishes == (
        "annette",
        {"Import Dynamics 365 Sales Solution": "True"},
        {"Import Dynamics 365 Sales Solution": "False"},
    )
    assert tables[2] == {"CUSTOMER": "BC → Sales, coupled records only"}
    press(admin, "data", **{"direction-CUSTOMER": "both"}, **BY_HAND)
    assert recorded(GUIDES)[-1][1:] == ({"CUSTOMER": "BC → Sales, coupled records only"}, {})


def test_a_switch_of_the_connection_is_recorded_with_its_value_before(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin, until="data")
    press(admin, "data", without=("import_solution", "sales_enabled"))
    changed = [(before, after) for _, before, after in recorded(SETUP) if "Sales connection enabled" in after]
    assert changed == [({"Sales connection enabled": "True"}, {"Sales connection enabled": "False"})]


def test_finish_is_recorded_with_what_it_switched_on_and_started(
    fresh: tuple[MemorySystem, ...], admin: Client
) -> None:
    walk(admin)
    press(admin, "finish")
    assert recorded(GUIDES)[-1] == ("annette", {}, {"finished": "yes", "enable": "yes", "full synchronization": "yes"})
    acts = list(AuditEntry.objects.filter(who="annette").values_list("action", "kind"))
    assert ("enabled", "connection") in acts
    assert ("started", "full synchronization") in acts


def test_what_the_guide_keeps_for_itself_is_not_recorded(fresh: tuple[MemorySystem, ...], admin: Client) -> None:
    admin.get(GUIDE)
    press(admin, "welcome")
    Guide.current().pass_step("welcome")
    assert recorded(GUIDES) == []


def test_the_sandboxs_credentials_are_recorded_without_the_secret(
    fresh: tuple[MemorySystem, ...], admin: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.DEVELOPMENT, settings.DATA_DIR = True, tmp_path
    here = "http://127.0.0.1:8765"
    ready = {"url": here, "tenant": "t", "token_endpoint": f"{here}/t/oauth2/v2.0/token"}
    ready |= {"client_id": "3f2a", "client_secret": SECRET}
    (tmp_path / SHOWN_BY).write_text(json.dumps(ready), encoding="utf-8")
    admin.post(f"{GUIDE}use-sandbox/")
    [(who, _, after)] = recorded(SETUP)
    assert (who, after["Dynamics 365 Sales URL"]) == ("annette", "http://127.0.0.1:8765")
    assert SECRET not in str(list(AuditEntry.objects.values_list()))
