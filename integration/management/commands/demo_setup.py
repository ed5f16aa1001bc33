"""``manage.py demo_setup``: what the demo needs inside: tables, company, administrator, the connection filled in."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration.business_central import demo
from integration.connection.enabling import enable
from integration.connection.findings import NotReady
from integration.management.console import WRONG_USE, whole_number
from integration.models import ConnectionSetup, User

ADMIN = "admin"


class Command(BaseCommand):
    help = "Prepares the demo. Reads the sandbox's ready line from standard input, prints the sign-in as one JSON line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=whole_number, help="how many customers in all")
        parser.add_argument("--enable", action="store_true", help="enable the connection too")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEVELOPMENT:
            raise CommandError("The demo has made-up secrets and runs with DEVELOPMENT=true only.")
        ready = ready_line(sys.stdin.readline())
        call_command("migrate", verbosity=0)
        demo.fill(options["customers"])
        demo.sell()
        connect(ready)
        leave_word(settings.DATA_DIR / "sandbox.json", ready)
        if options["enable"]:
            try:
                enable(ConnectionSetup.current())
            except NotReady as error:
                raise CommandError(" ".join(str(error).split())) from error
        self.stdout.write(json.dumps({"user": ADMIN, "password": sign_in(settings.DATA_DIR / "demo.json")}))


def ready_line(text: str) -> dict[str, str]:
    """What the sandbox says when it is ready. Raises ``CommandError`` where it is something else."""
    try:
        ready = json.loads(text)
    except ValueError:
        ready = None
    if not isinstance(ready, dict) or not {"url", "token_endpoint", "tenant", "client_id", "client_secret"} <= {*ready}:
        raise CommandError("The sandbox's ready line is expected on standard input.", returncode=WRONG_USE)
    return ready


def connect(ready: dict[str, str]) -> None:
    """Fill in the sandbox's address and credentials; somebody else's connection stays as it is."""
    setup = ConnectionSetup.current()
    ours = not setup.client_id or setup.client_id == ready["client_id"]
    if not ours:
        return
    setup.url, setup.token_endpoint = ready["url"], ready["token_endpoint"]
    setup.tenant, setup.client_id, setup.client_secret = ready["tenant"], ready["client_id"], ready["client_secret"]
    setup.full_clean(exclude=["client_secret"])
    setup.save()


def leave_word(place: Path, ready: dict[str, str]) -> None:
    """For the guide's "Use the local sandbox", readable by nobody but the owner."""
    place.touch(mode=0o600)
    place.write_text(json.dumps(ready), encoding="utf-8")


def sign_in(kept: Path) -> str:
    """The administrator's password: made up once for this demo's databases, and kept beside them."""
    if kept.exists():
        password = str(json.loads(kept.read_text(encoding="utf-8"))["password"])
    else:
        password = secrets.token_urlsafe(9)
        kept.touch(mode=0o600)
        kept.write_text(json.dumps({"user": ADMIN, "password": password}), encoding="utf-8")
    admin, _ = User.objects.get_or_create(username=ADMIN, defaults={"is_staff": True, "is_superuser": True})
    if not admin.check_password(password):
        admin.set_password(password)
        admin.save()
    return password
