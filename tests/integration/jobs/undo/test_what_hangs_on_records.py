"""What hangs on a record that a run made keeps it from being deleted: nothing of it is taken along or torn off."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db.models import PROTECT

from integration.business_central.store import EmbeddedCompany
from integration.business_central.tables import MODELS
from integration.models import SyncError
from integration.sandbox.dataverse.security.privileges import identity
from integration.sandbox.dataverse.seed.roles import INTEGRATION_ROLES
from integration.sandbox.dataverse.store.model import load_model
from integration.sync.run import Scope
from integration.sync.undo.removing import MAY_GO, REFERRED, UNSEEN
from integration.systems.values import FieldType, Ref, Row, Side
from tests.integration.flows.organization import Organization, organization
from tests.integration.jobs.undo.undoing import carry, undone
from tests.sandbox.conftest import Caller

__all__ = ["organization"]

CRM = "Microsoft.Dynamics.CRM"
REPEATS = {"accountid", "contactid"}
"""Columns that repeat the customer of a document."""


def account_of_oak(organization: Organization) -> tuple[uuid.UUID, Any]:
    """The account that a run made of Oak & Sons, and that run."""
    id = uuid.uuid4()
    (answer,) = EmbeddedCompany().insert("customer", [Row(id, {"name": "Oak & Sons"})])
    assert answer.ok
    made = carry("CUSTOMER", create=True, scope=Scope.IDS, ids=(id,))
    return organization.partner("CUSTOMER", id), made


@pytest.mark.parametrize(
    ("table", "column", "values", "named"),
    [
        ("annotation", "objectid", {"subject": "Call", "notetext": "They want 50 chairs."}, "Note Call"),
        ("post", "regardingobjectid", {"source": 2, "text": "Met them at the fair."}, "Post Met them at the fair"),
        ("opportunity", "parentaccountid", {"name": "50 chairs"}, "Opportunity 50 chairs"),
        ("contact", "parentcustomerid", {"firstname": "Nora", "lastname": "Adams"}, "Contact Nora Adams"),
    ],
)
def test_what_a_salesperson_wrote_about_a_firm_keeps_its_account(
    organization: Organization, table: str, column: str, values: dict[str, Any], named: str
) -> None:
    oak, made = account_of_oak(organization)
    written = organization.insert(table, **values, **{column: Ref("account", oak)})
    gone = undone(made, removes=True)
    assert (gone.deleted, gone.skipped) == (0, 1)
    (left,) = SyncError.objects.filter(job=gone)
    assert left.message == f"{REFERRED.removesuffix('.')}: {named}."
    assert written in organization.crm.get(table, [written], ())


def test_a_post_that_the_organization_made_of_its_own_accord_keeps_nothing(organization: Organization) -> None:
    oak, made = account_of_oak(organization)
    organization.insert("post", source=1, text="Account created.", regardingobjectid=Ref("account", oak))
    assert undone(made, removes=True).deleted == 1


def test_an_account_stays_with_the_right_by_name_where_sales_refuses_to_say_whether_posts_refer_to_it(
    organization: Organization,
) -> None:
    oak, made = account_of_oak(organization)
    boss = Caller(organization.ready, "administrator")
    for role in boss.rows(f"roles?$select=name&$filter=name eq '{INTEGRATION_ROLES[1]}'"):
        privilege = {"PrivilegeId": identity("prvReadPost")}
        assert boss("POST", f"roles({role['roleid']})/{CRM}.RemovePrivilegeRole", privilege).ok
    gone = undone(made, removes=True)
    assert (gone.deleted, gone.skipped) == (0, 1)
    assert [row.message for row in SyncError.objects.filter(job=gone)] == [UNSEEN.format(tables="Post")]
    assert oak in organization.crm.get("account", [oak], ())


@pytest.mark.parametrize("table", ["account", "contact"])
def test_every_lookup_of_the_organization_that_leads_to_a_firm_or_a_person_is_asked(table: str) -> None:
    leading = {(column.table, column.name) for column in load_model().referencing(table)}
    documents = {place for place in leading if place[1] in REPEATS and place[0] != "contact"}
    assert leading - documents <= set(MAY_GO[Side.CRM, table])


@pytest.mark.parametrize("table", ["contact", "customer", "vendor"])
def test_every_row_of_the_company_that_protects_a_firm_or_a_person_is_asked(table: str) -> None:
    protecting = {
        (relation.related_model.slug(), relation.field.name)
        for relation in MODELS[table]._meta.related_objects
        if relation.on_delete is PROTECT and relation.related_model.slug() in MODELS
    }
    assert protecting <= set(MAY_GO[Side.ERP, table])
    described = [EmbeddedCompany().describe(name).fields[column] for name, column in protecting]
    assert all(field.type is FieldType.REFERENCE for field in described)
