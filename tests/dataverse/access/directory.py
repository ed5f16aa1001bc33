"""What plays the directory, and a line to it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from integration.http import Limits, Transport
from tests.dataverse.counterpart import Asked, Counterpart, Says, counterpart
from tests.real.certificates import Issued, issue, rsa_key

JSON = {"Content-Type": "application/json"}

GRANTED = {"token_type": "Bearer", "expires_in": 3599, "access_token": "t0k3n"}


@pytest.fixture
def server() -> Iterator[Counterpart]:
    with counterpart() as running:
        running.says = [Says(200, GRANTED, JSON)]
        yield running


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(Limits(read=2, deadline=2))
    yield made
    made.close()


@pytest.fixture(scope="module")
def issued() -> Issued:
    return issue("Business Central integration", rsa_key())


def form_of(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
