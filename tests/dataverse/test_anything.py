"""The machine of ``tests/sync/anything.py`` with a real Sales organization at one end, over HTTP.

``EXAMPLES=500 pytest tests/dataverse/test_anything.py`` looks longer, and each time somewhere else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from integration.dataverse.connecting import connect
from integration.dataverse.sandbox import Options, Sandbox
from integration.dataverse.store import SalesOrganization
from integration.sync.rules import Context
from integration.systems.system import every
from integration.systems.values import Row
from tests.examples import examples
from tests.makers import systems
from tests.sync.anything import Anything
from tests.sync.world import MemoryJournal, World, salespeople_rule


class Organization:
    """The organization as our user sees it; what a person does goes through the administrator's connection."""

    def __init__(self, ours: SalesOrganization, person: SalesOrganization) -> None:
        self.ours, self.person = ours, person

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ours, name)

    def add(self, table: str, **values: Any) -> uuid.UUID:
        values.pop("statecode", None)
        row = Row(uuid.uuid4(), values)
        (answer,) = self.person.insert(table, [row])
        assert answer.error is None, answer.error
        return row.id

    def edit(self, table: str, id: uuid.UUID, **values: Any) -> None:
        (answer,) = self.person.update(table, [Row(id, values)])
        assert answer.error is None, answer.error

    def remove(self, table: str, id: uuid.UUID) -> None:
        (answer,) = self.person.delete(table, [Row(id)])
        assert answer.error is None, answer.error

    def ids(self, table: str) -> list[uuid.UUID]:
        return [record.id for record in every(self.person, table, fields=["name"])]

    def values(self, table: str, id: uuid.UUID) -> dict[str, Any]:
        columns = ["name", "telephone1", "address1_city", "address1_line1"]
        return dict(self.person.get(table, [id], columns)[id].values)


class OverHttp(World):
    """CRONUS in memory, Sales behind HTTP; every example begins with an organization without accounts."""

    def __init__(self, organization: Organization) -> None:
        self.erp, _ = systems()
        self.erp.page_size = 2
        self.crm = organization
        self.erp.plug_ins["customer"] = lambda values: {"blocked": 0, **values} if "name" in values else values
        self.ledgers, self.cursors, self.journal = {}, {}, MemoryJournal()
        who = organization.ours.check()
        self.context = Context(local_currency="GBP", company="CRONUS", user_id=who.user_id)
        for id in organization.ids("account"):
            organization.remove("account", id)
        self.jim = self.erp.add("salesperson", code="JO", name="Jim Olive")
        self.jim_user = organization.person.check().user_id
        self.couple(salespeople_rule(), self.jim, self.jim_user)


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    running = Sandbox(Options(str(tmp_path_factory.mktemp("anything") / "organization.sqlite3"), seed="empty"))
    running.start()
    ready = running.ready
    ends = [
        connect(ready["url"], ready["tenant"], who["client_id"], who["client_secret"], ready["token_endpoint"])
        for who in (ready["clients"]["integration"], ready["clients"]["administrator"])
    ]
    ends[0].page_size = 2
    yield Organization(*ends)
    for end in ends:
        end.close()
    running.stop()


def test_whatever_people_do_a_real_organization_and_the_company_come_to_hold_the_same(
    organization: Organization,
) -> None:
    class Real(Anything):
        def make_world(self) -> World:
            return OverHttp(organization)

    run_state_machine_as_test(
        Real,
        settings=examples(
            8,
            stateful_step_count=12,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
