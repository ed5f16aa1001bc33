"""Options of a column of Sales and the codes of Business Central, against a running organization."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test.client import Client
from pytest_django.fixtures import Settings

from integration.connection import systems
from integration.connection.enabling import enable
from integration.dataverse.session import Patience
from integration.dataverse.store import SalesOrganization
from integration.models import ConnectionSetup, TableMapping
from integration.systems.system import every
from integration.systems.values import Row
from tests.organization import fill_in

pytestmark = pytest.mark.django_db
ADDRESS = "/mappings/PAYMENT TERMS/options/"
TERMS = "account.paymenttermscode"


@pytest.fixture
def terms(ready: dict[str, Any], settings: Settings) -> TableMapping:
    """PAYMENT TERMS of an enabled connection; CRONUS has no terms yet."""
    settings.DEVELOPMENT = True
    enable(fill_in(ready))
    return TableMapping.objects.get(name="PAYMENT TERMS")


def add_terms(code: str, description: str = "") -> uuid.UUID:
    id = uuid.uuid4()
    [written] = systems.open_erp().insert("payment_terms", [Row(id, {"code": code, "description": description})])
    assert written.ok
    return id


def labels() -> list[str]:
    crm = systems.open_crm(ConnectionSetup.current(), patience=Patience())
    found = [str(row.values["label"]) for row in every(crm, TERMS, fields=["label"])]
    systems.close(crm)
    return found


def codes() -> dict[str, str]:
    rows = every(systems.open_erp(), "payment_terms", fields=["code", "description"])
    return {str(row.values["code"]): str(row.values["description"]) for row in rows}


def lines(client: Client) -> Any:
    return client.get(ADDRESS).context["lines"]


def test_codes_and_options_are_shown_with_what_is_missing(terms: TableMapping, admin: Client) -> None:
    add_terms("60 DAYS")
    page = admin.get(ADDRESS).content.decode()
    assert "1 code without an option" in page
    assert "Net 30" in page
    assert page.count("Add in Dynamics 365 Sales") >= 1


def test_the_page_describes_the_options_anew_each_time_and_lists_both_sides_without_partner(
    terms: TableMapping, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = SalesOrganization.forget

    def forget(store: SalesOrganization, table: str) -> None:
        asked.append(table)
        real(store, table)

    monkeypatch.setattr(SalesOrganization, "forget", forget)
    add_terms("60 DAYS")
    for _ in range(2):
        page = admin.get(ADDRESS).content.decode()
    assert asked.count(TERMS) == 2
    assert "options without a code" in page
    assert "the other record keeps what it holds" in page


def test_a_code_is_added_as_an_option_published_and_coupled(terms: TableMapping, admin: Client) -> None:
    code = add_terms("75 DAYS")
    answer = admin.post(f"{ADDRESS}erp/{code}/", follow=True)
    assert "“75 DAYS” is there on both sides now" in answer.content.decode()
    assert "75 DAYS" in labels()
    [line] = [line for line in answer.context["lines"] if line.linked]
    assert line.code.values["code"] == line.option.values["label"] == "75 DAYS"
    assert terms.couplings.get().erp_id == code


def test_customers_left_blank_for_it_are_looked_at_again(terms: TableMapping, admin: Client) -> None:
    customer = TableMapping.objects.get(name="CUSTOMER")
    assert not customer.full_run_needed
    admin.post(f"{ADDRESS}erp/{add_terms('80 DAYS')}/")
    customer.refresh_from_db()
    assert customer.full_run_needed


def test_adding_it_a_second_time_adds_nothing(terms: TableMapping, admin: Client) -> None:
    code = add_terms("85 DAYS")
    admin.post(f"{ADDRESS}erp/{code}/")
    answer = admin.post(f"{ADDRESS}erp/{code}/", follow=True)
    assert "has its option already" in answer.content.decode()
    assert labels().count("85 DAYS") == 1


def test_an_option_of_that_name_is_coupled_and_not_added_again(terms: TableMapping, admin: Client) -> None:
    code = add_terms("NET 45")
    admin.post(f"{ADDRESS}erp/{code}/")
    assert [label.upper() for label in labels()].count("NET 45") == 1
    assert terms.couplings.get().erp_id == code


def test_an_option_is_added_as_a_code_that_a_person_names(terms: TableMapping, admin: Client) -> None:
    option = next(line.option for line in lines(admin) if line.option.values["label"] == "Net 60")
    answer = admin.post(f"{ADDRESS}crm/{option.id}/", {"code": "n60"}, follow=True)
    assert "“N60” is there on both sides now" in answer.content.decode()
    assert codes() == {"N60": "Net 60"}
    assert terms.couplings.get().crm_id == option.id


@pytest.mark.parametrize("code", ["", "FAR TOO LONG FOR A CODE"])
def test_a_code_that_does_not_fit_is_refused_and_not_cut(terms: TableMapping, admin: Client, code: str) -> None:
    option = next(line.option for line in lines(admin) if line.code is None)
    answer = admin.post(f"{ADDRESS}crm/{option.id}/", {"code": code}, follow=True)
    assert "A code has 1 to 10 characters" in answer.content.decode()
    assert codes() == {}


def test_a_value_that_is_gone_is_told(terms: TableMapping, admin: Client) -> None:
    assert "not there any more" in admin.post(f"{ADDRESS}erp/{uuid.uuid4()}/", follow=True).content.decode()


def test_who_may_only_look_adds_nothing(terms: TableMapping, reader: Client) -> None:
    code = add_terms("90 DAYS")
    assert "90 DAYS" in reader.get(ADDRESS).content.decode()
    assert "Add in Dynamics 365 Sales" not in reader.get(ADDRESS).content.decode()
    assert reader.post(f"{ADDRESS}erp/{code}/").status_code == 403
    assert "90 DAYS" not in labels()


def test_only_mappings_of_options_have_options(terms: TableMapping, admin: Client) -> None:
    assert admin.get("/mappings/CUSTOMER/options/").status_code == 404
    assert admin.post(f"{ADDRESS}nowhere/{uuid.uuid4()}/").status_code == 404


def test_the_page_says_so_when_the_organization_does_not_answer(terms: TableMapping, admin: Client) -> None:
    setup = ConnectionSetup.current()
    setup.url = "http://127.0.0.1:9"
    setup.save()
    assert admin.get(ADDRESS).status_code == 200
    assert lines(admin) == []
