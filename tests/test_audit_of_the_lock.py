"""``make audit``: what is known against a locked package is found; without a network that is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests import audit

LOCK = "rq[extra]==2.12.0 ; python_version >= '3.11' \\\n    --hash=sha256:ab\nregex==2026.1.1 \\\n    # via\n"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK)
    return path


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Answers what the test puts into it, and keeps what it was asked."""
    kept: dict[str, Any] = {"answer": b""}

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept["asked"] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(kept["answer"])

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(audit, "ADDRESS", f"http://127.0.0.1:{server.server_port}/")
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_package_of_the_lock_is_asked_about_and_a_known_weakness_named(
    service: dict[str, bytes], lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service["answer"] = json.dumps({"results": [{}, {"vulns": [{"id": "GHSA-1"}]}]}).encode()
    assert audit.main(lock) == 1
    assert [(one["package"]["name"], one["version"]) for one in service["asked"]["queries"]] == [
        ("rq", "2.12.0"),
        ("regex", "2026.1.1"),
    ]
    assert "regex 2026.1.1: GHSA-1" in capsys.readouterr().out


def test_what_somebody_has_looked_at_does_not_count(
    service: dict[str, bytes], lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {"GHSA-1": "we never call it, looked at in November 2026"})
    service["answer"] = json.dumps({"results": [{}, {"vulns": [{"id": "GHSA-1"}]}]}).encode()
    assert audit.main(lock) == 0


@pytest.mark.parametrize("answer", [b"", b"<html>", b"{}", b'{"results": []}', b"[]"])
def test_an_answer_that_is_none_is_said_and_stops_nobody(
    service: dict[str, bytes], lock: Path, capsys: pytest.CaptureFixture[str], answer: bytes
) -> None:
    service["answer"] = answer
    assert audit.main(lock) == 0
    assert "Nobody could say" in capsys.readouterr().out


def test_without_a_network_it_is_said_and_stops_nobody(
    lock: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "ADDRESS", "http://127.0.0.1:1/")
    assert audit.main(lock) == 0
    assert "Nobody could say" in capsys.readouterr().out
