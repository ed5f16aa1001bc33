"""Text travels as the service can keep it, and is measured as it measures."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.dataverse.text import travelling, units
from integration.systems.errors import InvalidValue
from integration.systems.filters import Comparison
from integration.systems.values import Row

REFUSED = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF]


@pytest.fixture
def organization(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    found = connect(
        sandbox["url"], sandbox["tenant"], sandbox["client_id"], sandbox["client_secret"], sandbox["token_endpoint"]
    )
    yield found
    found.close()


@pytest.mark.parametrize("code", [*REFUSED, 0xD800])
def test_a_character_that_the_service_refuses_travels_as_a_blank(code: int) -> None:
    assert travelling(f"Ada{chr(code)}tum") == "Ada tum"


@given(st.text())
def test_whatever_is_sent_keeps_its_length_and_its_other_characters(text: str) -> None:
    sent = travelling(text)

    assert len(sent) == len(text)
    assert all(new in (old, " ") for old, new in zip(text, sent, strict=True))
    assert not any(ord(sign) in REFUSED for sign in sent)
    assert travelling(sent) == sent


def test_a_name_with_control_characters_is_written_and_found_again(organization: SalesOrganization) -> None:
    tag = uuid.uuid4().hex[:8]
    name = f"Ada\x0btum\x00 {tag}\ufffe"
    written = organization.insert("account", [Row(uuid.uuid4(), {"name": name})])[0]
    assert written.ok
    organization.update("account", [Row(written.id, {"telephone1": "030\x1f1"})])

    found = organization.find("account", Comparison("name", "=", name), ["name", "telephone1"]).records

    assert [dict(record.values) for record in found] == [{"name": f"Ada tum  {tag} ", "telephone1": "030 1"}]


def test_a_name_of_emojis_that_is_too_long_is_said_with_the_length_the_service_counts(
    organization: SalesOrganization,
) -> None:
    fits, too_long = "😀" * 80, "😀" * 81
    rows = [Row(uuid.uuid4(), {"name": fits}), Row(uuid.uuid4(), {"name": too_long})]

    written = organization.insert("account", rows)

    assert written[0].ok
    assert isinstance(written[1].error, InvalidValue)
    assert "at most 160 characters" in written[1].error.message
    assert "has 162" in written[1].error.message
    assert units(too_long) == 162
