"""A sentence ends with one point, also where a caption (Phone No.) or a firm (Fabrikam, Inc.) brings its own."""

from __future__ import annotations

import uuid

import pytest
from django.template import Context, Template

from coupling.pages.asking.proposal import proposed
from coupling.pages.comparison.judged import JudgedField, Next
from coupling.pages.editing.afterwards import saved_in_words
from integration.models import ConnectionSetup, TableMapping
from integration.pages.frame.environment import environment
from integration.systems.values import Record

FABRIKAM = "20000 Fabrikam, Inc."
ENDS = ["Phone No.", "Mobile Phone No.", "VAT Registration No.", "Name", "No."]


@pytest.mark.parametrize("caption", ENDS)
@pytest.mark.parametrize("ours", [True, False])
def test_what_is_blank_on_one_side_is_said_in_a_sentence_with_one_point(caption: str, ours: bool) -> None:
    texts = ("030 99", "") if ours else ("", "030 99")
    pair = JudgedField("name", caption, texts[0], caption, texts[1], Next.SENT)
    mapping, record = TableMapping(name="CUSTOMER", direction="both"), Record("customer", uuid.uuid4(), {}, "1")

    reason = proposed(mapping, [pair], record, record, coupled=False).reason

    assert reason.endswith(f": {caption.removesuffix('.')}.")


@pytest.mark.parametrize("caption", ENDS)
def test_what_was_saved_is_said_in_a_sentence_with_one_point(caption: str) -> None:
    assert saved_in_words(FABRIKAM, f"Name, {caption}", is_new=False).endswith(f"{caption.removesuffix('.')}.")
    assert saved_in_words(FABRIKAM, "", is_new=False) == "Nothing was changed in 20000 Fabrikam, Inc."


def test_a_firm_that_ends_with_a_point_ends_the_sentence_about_its_organization() -> None:
    setup = ConnectionSetup(is_enabled=True, organization_name="Contoso Ltd.", url="https://contoso.crm4.dynamics.com")

    assert "Connected with Contoso Ltd. What is changed" in environment(setup).title


def test_a_template_ends_a_sentence_the_same_way() -> None:
    template = Template("{% load components %}3 free records are equal by {{ by|sentence }} Compare and choose.")

    for by, said in (("Name and Phone No.", "by Name and Phone No. Compare"), ("Name", "by Name. Compare")):
        assert said in template.render(Context({"by": by}))
