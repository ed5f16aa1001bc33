"""What the environment says, read strictly: a value that is none is refused by its name, in one sentence that says what
is wanted, and without the value, which may be a secret."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
SCHEMES = ("sqlite", "postgres", "postgresql")


def text(name: str, default: str) -> str:
    """Any text."""
    return str(env(name, default=default))


def commas(name: str, default: tuple[str, ...]) -> list[str]:
    """Texts, separated by commas."""
    return list(env.list(name, default=list(default)))


def switch(name: str, default: bool) -> bool:
    """true or false; a typing error is no false."""
    text = env(name, default="").strip().lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    if text:
        raise ImproperlyConfigured(f"{name} is true or false.")
    return default


def whole(name: str, default: int, least: int, most: int) -> int:
    """A whole number within these bounds."""
    text = env(name, default="").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        raise ImproperlyConfigured(f"{name} is a whole number from {least} to {most}.")
    return int(text)


def seconds(name: str, default: float, most: float = 3600.0) -> float:
    """A number of seconds, more than none."""
    text = env(name, default="").strip()
    try:
        number = float(text or default)
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise ImproperlyConfigured(f"{name} is a number of seconds, more than 0 and at most {most:g}.")
    return number


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of these words."""
    text = env(name, default="").strip() or default
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is {', '.join(choices[:-1])} or {choices[-1]}.")
    return text


def address(name: str, default: str, schemes: tuple[str, ...], *, insecure_loopback: bool = False) -> str:
    """An address with one of these schemes, or the default. ``insecure_loopback``: http too, on this machine."""
    text = env(name, default="").strip()
    if not text:
        return default
    try:
        parts = urlsplit(text)
        is_allowed = parts.scheme in schemes or (
            insecure_loopback and parts.scheme == "http" and _is_loopback(parts.hostname)
        )
        whole_one = bool(parts.path if parts.scheme == "unix" else parts.hostname) and parts.port != 0
    except ValueError:
        is_allowed = whole_one = False
    if not is_allowed or not whole_one or any(character.isspace() for character in text):
        raise ImproperlyConfigured(
            f"{name} is no address that can be used; it begins with {' or '.join(_of(schemes))}."
        )
    return text


def _of(schemes: tuple[str, ...]) -> list[str]:
    return [f"{scheme}://" for scheme in schemes]


def _is_loopback(host: str | None) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def file(name: str, default: str) -> str:
    """A file that is there, or the default."""
    text = env(name, default="").strip() or default
    if text and not Path(text).is_file():
        raise ImproperlyConfigured(f"{name} names a file that is not there: {text}")
    return text


def folder(name: str, default: Path) -> Path:
    """A folder that can be written to, made where it is missing."""
    path = Path(env(name, default="").strip() or default).resolve()
    _make(path, name)
    return path


def within(path: Path, name: str) -> Path:
    """A folder in DATA_DIR, made where it is missing."""
    _make(path / name, "DATA_DIR")
    return path / name


def _make(path: Path, name: str) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} cannot be used, {path}: {error.strerror}.") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name} cannot be written, {path}: the folder is read-only for this user.")


def database(name: str, default: str) -> dict[str, Any]:
    """Django's description of a database."""
    wanted = f"{name} is no address of a database. It is postgres://user:password@host/name or sqlite:///path."
    try:
        # Looked at first: the reader warns about an address that it cannot read by printing it, password and all.
        found = env.db_url(name, default=default) if _scheme(env(name, default=default)) in SCHEMES else {}
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(wanted) from error
    if not found.get("ENGINE") or not found.get("NAME"):
        raise ImproperlyConfigured(wanted)
    return found


def _scheme(text: str) -> str:
    return text.partition("://")[0]
