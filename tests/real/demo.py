"""A running demo: everything real, from the queue server to the web server."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.migrated import database

HOUSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Demo:
    """Where it is, how to sign in, its process, and the environment in which a command is one of its own."""

    url: str
    password: str
    home: Path
    process: subprocess.Popen[str]
    env: Mapping[str, str]

    def manage(self, *command: str) -> str:
        """What a command of the installation answers; one that fails fails the test."""
        words = [sys.executable, str(HOUSE / "manage.py"), *command]
        done = subprocess.run(words, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def secret(self) -> str:
        """What the integration's application signs in with, as the sandbox keeps it."""
        with contextlib.closing(sqlite3.connect(f"file:{self.home}/sandbox.sqlite3?mode=ro", uri=True)) as line:
            return str(line.execute("SELECT secret FROM client WHERE label = 'integration'").fetchone()[0])

    def client(self, label: str) -> dict[str, str]:
        """The credentials of one of the sandbox's clients."""
        with contextlib.closing(sqlite3.connect(f"file:{self.home}/sandbox.sqlite3?mode=ro", uri=True)) as line:
            row = line.execute("SELECT id, secret FROM client WHERE label = ?", (label,)).fetchone()
        return {"client_id": str(row[0]), "client_secret": str(row[1])}

    def sandbox_pids(self) -> list[int]:
        """The process of the Dataverse sandbox (started again by the supervisor when it dies)."""
        found = subprocess.run(
            ["pgrep", "-f", f"manage.py sandbox .*{self.home}"], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in found.stdout.split()]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(home: Path, *options: str) -> Iterator[Demo]:
    """The demo with its files in this folder, not yet connected; ended afterwards."""
    with database(home) as env:
        port = free_port()
        command = [sys.executable, str(HOUSE / "manage.py"), "demo", "--port", str(port)]
        command += ["--sandbox-port", str(free_port()), "--data", str(home), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        text = "".join(said)
        match = re.search(r"admin / (\S+)", text)
        assert match, text
        try:
            yield Demo(f"http://127.0.0.1:{port}", match[1], home, process, env)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
