"""Every variable of the environment that the application reads, as data. The settings read them from here, and
docs/environment.md is printed from here (``manage.py describe environment``), so that neither can drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from integration.project import environment as given

BASE_DIR = Path(__file__).resolve().parents[2]
DEVELOPMENT_SECRET = "only-for-development-never-for-people"  # noqa: S105 - refused by the settings in production
DEVELOPMENT_FERNET = "ZGV2ZWxvcG1lbnQtb25seS1kZXZlbG9wbWVudC1vbmw="
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Needed(StrEnum):
    """What a real installation needs a variable for."""

    NOT = ""
    START = "to start"
    CONNECT = "to connect"
    JOBS = "for workers and scheduler"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. ``read`` takes its name and default and raises ``ImproperlyConfigured`` for a value that is none;
    ``values`` says which there are. ``development`` is the default on a developer's machine where it is another one.
    ``shown`` is what people read of the default where the value itself says nothing, or is a secret."""

    name: str
    meaning: str
    read: Callable[..., Any] = given.text
    default: Any = ""
    development: Any = None
    shown: str = ""
    values: str = ""
    needed: Needed = Needed.NOT


def switch(name: str, meaning: str, default: bool = False, **more: Any) -> Variable:
    return Variable(name, meaning, given.switch, default, values="`true` or `false`", **more)


def whole(name: str, meaning: str, default: int, least: int, most: int) -> Variable:
    read = partial(given.whole, least=least, most=most)
    return Variable(name, meaning, read, default, values=f"{least} to {most}")


def choice(name: str, meaning: str, default: str, choices: tuple[str, ...]) -> Variable:
    values = ", ".join(f"`{one}`" for one in choices)
    return Variable(name, meaning, partial(given.choice, choices=choices), default, values=values)


def seconds(name: str, meaning: str, default: float) -> Variable:
    return Variable(name, meaning, given.seconds, default, values="seconds")


def address(name: str, meaning: str, schemes: tuple[str, ...], **more: Any) -> Variable:
    shown, needed = more.pop("shown", ""), more.pop("needed", Needed.NOT)
    values = ", ".join(f"`{scheme}://`" for scheme in schemes)
    read = partial(given.address, schemes=schemes, **more)
    return Variable(name, meaning, read, shown=shown, values=values, needed=needed)


def commas(name: str, meaning: str, default: tuple[str, ...] = (), **more: Any) -> Variable:
    return Variable(name, meaning, given.commas, default, values="separated by commas", **more)


TOPICS: dict[str, tuple[Variable, ...]] = {
    "Where it runs": (
        switch("DEVELOPMENT", "Allows made-up secrets: for a developer's machine, never for a real installation."),
        switch("DEBUG", "Shows Django's debug pages; refused without `DEVELOPMENT`."),
        Variable(
            "DATA_DIR",
            "Folder of local databases and collected static files; made where it is missing.",
            given.folder,
            BASE_DIR / "data",
            shown="`data/` in the checkout",
        ),
        Variable(
            "DATABASE_URL",
            "The database: `postgres://user:password@host/name` or `sqlite:///path`.",
            given.database,
            shown="SQLite in `DATA_DIR`",
        ),
        address(
            "REDIS_URL",
            "Redis or Valkey for the queue; `make demo` brings its own.",
            ("redis", "rediss", "unix"),
            needed=Needed.JOBS,
        ),
        choice("LOG_LEVEL", "The least serious lines that are logged.", "INFO", LEVELS),
    ),
    "Secrets": (
        Variable(
            "SECRET_KEY",
            "Django's secret, at least 40 random characters.",
            development=DEVELOPMENT_SECRET,
            shown="none; made up in development",
            needed=Needed.START,
        ),
        commas(
            "SECRET_KEY_FALLBACKS",
            "Former values of `SECRET_KEY` while it is being changed, so that people stay signed in.",
        ),
        commas(
            "FIELD_ENCRYPTION_KEYS",
            "Fernet keys for stored secrets, newest first; without a usable one the application starts, says so and "
            "does not connect.",
            development=(DEVELOPMENT_FERNET,),
            shown="none; made up in development",
            needed=Needed.CONNECT,
        ),
    ),
    "Addresses and proxies": (
        commas(
            "ALLOWED_HOSTS",
            "Host names that the application answers to; `*` is refused without `DEVELOPMENT`.",
            development=("localhost", "127.0.0.1", "[::1]", "testserver"),
            shown="none; this machine in development",
            needed=Needed.START,
        ),
        commas(
            "CSRF_TRUSTED_ORIGINS", "`https://` origins that forms may come from, behind a proxy that changes `Host`."
        ),
        address(
            "PUBLIC_URL",
            "Where people and Dynamics 365 Sales reach this application, for the links in Sales.",
            ("https", "http"),
            shown="the address that the administrator's browser uses",
        ),
        whole(
            "TRUSTED_PROXIES",
            "How many proxies of your own stand before the application: so many entries of `X-Forwarded-For` are "
            "believed, and `X-Forwarded-Proto` says whether somebody came by https; who did not is sent there.",
            0,
            0,
            9,
        ),
        switch("SECURE_COOKIES", "Cookies go over https only; `false` only without https.", True, development=False),
        Variable(
            "DATAVERSE_CA_FILE",
            "PEM file of certificate authorities that are trusted besides the usual ones, for an organization or "
            "sandbox with a private certificate.",
            given.file,
        ),
    ),
    "Signing in": (
        whole("SESSION_HOURS", "How long a sign-in lasts, in hours.", 12, 1, 24 * 90),
        choice(
            "SECOND_FACTOR",
            "A code of an authenticator app or a passkey besides the password: for nobody, for who sets it up, for "
            "everybody.",
            "off",
            ("off", "optional", "required"),
        ),
        address(
            "OIDC_ISSUER",
            "An OpenID Connect provider for single sign-on; register `/accounts/single-sign-on/back/` of this "
            "application there.",
            ("https",),
            insecure_loopback=True,
            shown="passwords only",
        ),
        Variable("OIDC_CLIENT_ID", "The client that is registered there; needed with `OIDC_ISSUER`."),
        Variable("OIDC_CLIENT_SECRET", "The secret of that client; needed with `OIDC_ISSUER`."),
        Variable("OIDC_NAME", "What the button for single sign-on calls the provider.", default="single sign-on"),
        Variable("OIDC_CLAIM", "The claim that holds the user name here.", default="preferred_username"),
        switch(
            "SINGLE_SIGN_ON_ONLY",
            "No passwords and no passkeys: a second factor is then the provider's business. Needs `OIDC_ISSUER`.",
        ),
    ),
    "Synchronization": (
        whole(
            "PRODUCT_QUANTITY_DECIMALS",
            "How many decimals the quantities of a new product have in Dynamics 365 Sales.",
            5,
            0,
            5,
        ),
        whole("RETENTION_DAYS", "How long ended jobs, closed errors and history are kept, in days.", 90, 7, 36500),
        seconds("JOB_HEARTBEAT", "Time between two signs of life of a run.", 5.0),
        seconds("JOB_DEAD_AFTER", "Time without a sign of life after which a run is resumed elsewhere.", 30.0),
        seconds("JOB_RESEND_AFTER", "Time after which a queued job that no worker took is sent again.", 15.0),
    ),
}
BY_NAME = {variable.name: variable for variables in TOPICS.values() for variable in variables}


def read(name: str, *, development: bool, default: Any = None) -> Any:
    """The value of a variable, or its default (``default`` where only the caller can work it out). Raises
    ``ImproperlyConfigured`` for a value that is none, and for a missing one that is needed to start."""
    variable = BY_NAME[name]
    if default is None:
        default = variable.default
        if development and variable.development is not None:
            default = variable.development
    value = variable.read(name, default)
    if variable.needed is Needed.START and not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it (docs/environment.md), or set DEVELOPMENT=true on a developer's machine, "
            'as make manage ARGS="..." does.'
        )
    return value
