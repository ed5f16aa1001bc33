"""``manage.py serve``: the web server, with its static files, until it is asked to stop."""

from __future__ import annotations

import errno
import json
import signal
import threading
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from django.db import connection

from integration.management.console import check_migrated, port
from integration.management.web import PatientServer
from integration.models.stored import key_holders

THREADS = 12
KIND = "web server"


class Command(BaseCommand):
    help = "Serves the pages. Prints one JSON line with its address when it is ready."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=port, default=8000, help="0 takes a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        check_migrated()
        server = PatientServer((options["host"], options["port"]), get_wsgi_application(), numthreads=THREADS)
        server.shutdown_timeout = 3
        try:
            server.prepare()
        except (OSError, UnicodeError) as error:
            raise CommandError(_why(error, options)) from error
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, _end)
        host, number = server.bind_addr[:2]
        self.stdout.write(json.dumps({"url": f"http://{host}:{number}/"}))
        self.stdout.flush()
        ended = threading.Event()
        threading.Thread(target=_announce_keys, args=(ended,), daemon=True).start()
        with suppress(KeyboardInterrupt):
            server.serve()
        ended.set()
        server.stop()
        key_holders.withdraw(KIND)


def _announce_keys(ended: threading.Event) -> None:
    """For whoever rotates them."""
    while not ended.is_set():
        key_holders.announce(KIND)
        connection.close()
        ended.wait(key_holders.EVERY_SECONDS)


def _end(*_: object) -> None:
    raise KeyboardInterrupt


def _why(error: Exception, options: dict[str, Any]) -> str:
    if isinstance(error, OSError) and (error.errno == errno.EADDRINUSE or "in use" in str(error)):
        return f"Port {options['port']} is taken. Choose another one with --port."
    return f"The server cannot listen at {options['host']}:{options['port']}: {error}"
