"""A sandbox process over https, and clients that nobody here wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a process that speaks https; the environment trusts its authority."""
    place = tmp_path_factory.mktemp("secure")
    command = [sys.executable, "-m", "integration.sandbox", "--tls", str(place / "tls")]
    process = subprocess.Popen(
        [*command, "--database", str(place / "organization.sqlite3")],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "DEVELOPMENT": "true"},
    )  # fmt: skip
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", ready["ca"])
        yield ready
    process.kill()
    process.communicate()
