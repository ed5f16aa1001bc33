"""Recorded answers to who acts for somebody else."""

from __future__ import annotations

import uuid

import pytest

from integration.systems.errors import NotAMember, PrivilegeMissing
from tests.dataverse.recorded.conftest import Recorded

SOFIA = uuid.UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


def test_what_is_made_for_somebody_is_theirs_and_says_through_whom(recorded: Recorded) -> None:
    session = recorded.says("acting_created").acting_as(SOFIA, of_directory=False)

    made = session.request("POST", "posts", body={"text": "Shipped"}, headers={"Prefer": "return=representation"})

    assert made.json()["_createdby_value"] == str(SOFIA)
    assert made.json()["_createdonbehalfby_value"] != str(SOFIA)
    assert recorded.asked[0].headers["mscrmcallerid"] == str(SOFIA)


def test_who_may_act_for_nobody_learns_which_privilege_is_missing(recorded: Recorded) -> None:
    session = recorded.says("acting_refused").acting_as(SOFIA, of_directory=True)

    with pytest.raises(PrivilegeMissing, match="prvActOnBehalfOfAnotherUser"):
        session.request("GET", "accounts")

    assert recorded.asked[0].headers["callerobjectid"] == str(SOFIA)


def test_acting_for_somebody_the_organization_does_not_know_is_told(recorded: Recorded) -> None:
    session = recorded.says("acting_for_nobody").acting_as(SOFIA, of_directory=True)

    with pytest.raises(NotAMember):
        session.request("GET", "accounts")
