"""Keeping a handful of processes alive, and leaving none behind.

Each child has a session of its own, so that Ctrl-C reaches the supervisor alone, and whole trees can be ended. On
Linux the kernel ends every child with the supervisor, even when that is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from integration.jobs.parent_death import die_with_parent

POLL_SECONDS = 0.1
LONGEST_WAIT = 30.0
STEADY = 60.0

Say = Callable[[str], None]


class ChildFailed(Exception):
    """A process did not do what was asked of it; the message says which, and what it said last."""


class Ended(Exception):
    """Somebody wants all this to end."""


@dataclass
class Child:
    """One process that is to live: how it is started, and how often it has died lately."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    foundation: bool = False
    process: subprocess.Popen[str] | None = None
    lines: Queue[str] = field(default_factory=Queue)
    last_lines: list[str] = field(default_factory=list)
    readers: list[threading.Thread] = field(default_factory=list)
    started: float = 0.0
    deaths: int = 0
    again_at: float = 0.0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process is not None else 0

    def start(self, given: str = "") -> None:
        self.lines = Queue()
        self.process = subprocess.Popen(  # noqa: S603 - commands of our own
            self.command,
            env=dict(self.env),
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
        self.started = time.monotonic()
        streams = ((self.process.stdout, True), (self.process.stderr, False))
        self.readers = [threading.Thread(target=self._read, args=stream, daemon=True) for stream in streams]
        for reader in self.readers:
            reader.start()
        if given and self.process.stdin is not None:
            self.process.stdin.write(given)
            self.process.stdin.close()

    def _read(self, stream: IO[str], keep: bool) -> None:
        with stream:
            for line in stream:
                if keep:
                    self.lines.put(line.rstrip("\n"))
                else:
                    self.last_lines = [*self.last_lines[-20:], line.rstrip("\n")]
                    sys.stderr.write(f"{self.name} | {line}")

    def hear_out(self) -> None:
        """Wait until everything it said has arrived."""
        for reader in self.readers:
            reader.join(2.0)

    def how_it_ended(self) -> str:
        code = self.process.returncode if self.process is not None else 0
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


class Supervisor:
    """Starts children, starts them again, ends them all."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.children: list[Child] = []
        self.ending = False

    def ask_to_end(self) -> None:
        """Let whoever waits here get ``Ended`` at the next look around. A signal may call this at any moment: it never
        breaks into the starting of a child, which would leave one half known."""
        self.ending = True

    def keep(self, child: Child) -> Child:
        """Start a child and keep it alive from now on."""
        self.children.append(child)
        child.start()
        return child

    def first_line(self, child: Child) -> str:
        """Wait for the line by which a child says that it is ready."""
        return self._wait(child, lambda: _next_line(child))

    def until(self, child: Child, ready: Callable[[], bool]) -> None:
        """Wait until ``ready`` says so."""
        self._wait(child, lambda: "yes" if ready() else None)

    def run(self, child: Child, given: str = "", hear: Say | None = None) -> int:
        """Run a child to its end, telling its lines to ``hear``, while the others are kept alive. Its exit status;
        without ``hear`` a bad one is a ``ChildFailed``."""
        kept = list(self.children)
        self.children.append(child)
        child.start(given)
        while (line := self._next_or_end(child)) is not None:
            self._go_on()
            if hear is not None and line:
                hear(line)
            self.look_after(kept)
        self.children.remove(child)
        status = child.process.wait() if child.process is not None else 1
        if status and hear is None:
            raise ChildFailed(self.exit_report(child))
        return status

    def watch(self) -> None:
        """Start again what dies, until somebody ends this."""
        while not self.ending:
            self.look_after(self.children)
            time.sleep(POLL_SECONDS)

    def look_after(self, children: Sequence[Child]) -> None:
        """Start again those that died, the sooner the steadier they were."""
        for child in children:
            self._look_after(child)

    def end(self, grace: float = 8.0) -> None:
        """End all children and whatever they started: asked first, then killed; what others stand on goes last."""
        for foundation in (False, True):
            group = [child for child in self.children if child.foundation is foundation]
            for child in group:
                _ask_to_end(child)
            deadline = time.monotonic() + grace
            for child in group:
                _wait_for(child, max(0.0, deadline - time.monotonic()))
                kill_session(child.pid)
                child.hear_out()

    def _go_on(self) -> None:
        if self.ending:
            raise Ended

    def _look_after(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        now = time.monotonic()
        if not child.again_at:
            child.deaths = 1 if now - child.started > STEADY else child.deaths + 1
            wait = min(LONGEST_WAIT, 0.5 * 2 ** (child.deaths - 1))
            child.again_at = now + wait
            kill_session(child.pid)
            self.say(f"{child.name} ended ({child.how_it_ended()}); it is started again in {wait:g} s.")
        if now >= child.again_at:
            child.again_at = 0.0
            child.start()

    def _wait(self, child: Child, ready: Callable[[], str | None]) -> str:
        while (answer := ready()) is None:
            self._go_on()
            if child.process is not None and child.process.poll() is not None:
                child.hear_out()
                raise ChildFailed(self.exit_report(child))
            time.sleep(POLL_SECONDS / 2)
        return answer

    def _next_or_end(self, child: Child) -> str | None:
        """The next line, blank for none yet, ``None`` when the child has said everything."""
        try:
            return child.lines.get(timeout=POLL_SECONDS)
        except Empty:
            talking = any(reader.is_alive() for reader in child.readers)
            return "" if talking or not child.lines.empty() else None

    def exit_report(self, child: Child) -> str:
        """How a child ended, and the last thing it complained about."""
        last = f" It said: {child.last_lines[-1]}" if child.last_lines else ""
        return f"{child.name} ended ({child.how_it_ended()}).{last}"


def kill_session(session: int) -> None:
    """Kill every process of a session: a work-horse leaves its worker's process group, but not its session."""
    for pid in members_of(session):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def members_of(session: int) -> list[int]:
    """The living processes of a session (Linux; elsewhere its leader's group is all that is known)."""
    if not session:
        return []
    proc = Path("/proc")
    if not proc.is_dir():
        return [session]
    found = [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
    return [pid for pid in found if _session_of(pid) == session]


def _session_of(pid: int) -> int:
    try:
        state_and_ids = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return 0
    return int(state_and_ids[3]) if state_and_ids[0] != "Z" else 0


def _next_line(child: Child) -> str | None:
    return None if child.lines.empty() else child.lines.get()


def _ask_to_end(child: Child) -> None:
    if child.process is not None and child.process.poll() is None:
        child.process.terminate()


def _wait_for(child: Child, seconds: float) -> None:
    if child.process is None:
        return
    try:
        child.process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill_session(child.pid)
        child.process.wait()
