"""The supervisor with real processes: what dies lives again, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from integration.management.supervisor import Child, ChildFailed, Supervisor, members_of
from tests.integration.commands.processes import eventually

pytestmark = pytest.mark.processes


# --- the supervisor ------------------------------------------------------------------------------------------

starting = threading.Thread.start


def python(name: str, code: str) -> Child:
    return Child(name, [sys.executable, "-u", "-c", code], os.environ)


STUBBORN = """
import os, signal, time
if os.fork() == 0:
    os.setpgrp()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", os.getpid(), flush=True)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    time.sleep(60)
"""


def test_a_child_that_dies_is_started_again_and_that_is_said() -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    child = supervisor.keep(python("worker", "import time\nprint('ready', flush=True)\ntime.sleep(60)"))
    try:
        supervisor.first_line(child)
        first = child.pid
        os.kill(first, signal.SIGKILL)
        child.process.wait()

        def look() -> bool:
            supervisor.look_after([child])
            return child.pid != first

        eventually(look, "another process")
    finally:
        supervisor.end(grace=0)
    assert said == ["worker ended (killed by SIGKILL); it is started again in 0.5 s."]


def test_ending_takes_the_whole_tree_along_even_what_does_not_listen() -> None:
    supervisor = Supervisor(print)
    child = supervisor.keep(python("worker", STUBBORN))
    supervisor.first_line(child)
    eventually(lambda: len(members_of(child.pid)) == 2, "the grandchild")
    supervisor.end(grace=0.2)
    assert members_of(child.pid) == []


def test_a_wish_to_end_waits_until_the_child_being_started_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor(print)
    monkeypatch.setattr(threading.Thread, "start", lambda reader: (supervisor.ask_to_end(), starting(reader))[1])
    child = supervisor.keep(python("worker", "import time\ntime.sleep(60)"))
    supervisor.watch()
    supervisor.end(grace=0.2)
    assert members_of(child.pid) == []


def test_a_child_that_ends_before_it_is_ready_is_told_with_its_last_words() -> None:
    supervisor = Supervisor(print)
    child = supervisor.keep(python("sandbox", "raise SystemExit('No database here.')"))
    with pytest.raises(ChildFailed, match=r"sandbox ended \(exit status 1\). It said: No database here."):
        supervisor.first_line(child)
