"""Settings: ready at once on a developer's machine, refused in production where unsafe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
SAFE = {
    "SECRET_KEY": "k" * 50,
    "FIELD_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "ALLOWED_HOSTS": "sales.adatum.example",
}
SHOW = """
import json, sys
from django.core.exceptions import ImproperlyConfigured
try:
    from integration.project import settings
except ImproperlyConfigured as error:
    print(json.dumps({"refused": str(error)}))
    sys.exit()
names = ["DEBUG", "DATABASES", "DATA_DIR", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "RQ_QUEUES", "ALLOWED_HOSTS",
         "WHITENOISE_USE_FINDERS", "SESSION_COOKIE_NAME", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER",
         "SESSION_COOKIE_AGE", "FIELD_ENCRYPTION_KEYS", "SECURE_SSL_REDIRECT"]
print(json.dumps({name: getattr(settings, name, None) for name in names}, default=str))
"""


def settings(tmp_path: Path, **environment: str) -> dict:
    """What the settings are in a fresh process with only this environment, or why they were refused."""
    env = {"DATA_DIR": str(tmp_path / "kept"), "PATH": "", **environment}
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(command, cwd=HOUSE, env=env, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_development_needs_nothing_and_keeps_its_databases_in_one_folder(tmp_path: Path) -> None:
    found = settings(tmp_path, DEVELOPMENT="true")

    assert found["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "kept" / "integration.sqlite3")
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_SECURE"] is False
    assert (tmp_path / "kept").is_dir()


def test_sqlite_waits_for_other_writers_and_lets_readers_go_on(tmp_path: Path) -> None:
    options = settings(tmp_path, DEVELOPMENT="true")["DATABASES"]["default"]["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert options["timeout"] >= 20


def test_database_and_queue_come_from_the_environment(tmp_path: Path) -> None:
    found = settings(
        tmp_path, DEVELOPMENT="true", DATABASE_URL="postgres://cronus@db.example/sync", REDIS_URL="redis://q.example/3"
    )

    assert found["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert found["DATABASES"]["default"]["NAME"] == "sync"
    assert "OPTIONS" not in found["DATABASES"]["default"] or not found["DATABASES"]["default"]["OPTIONS"]
    assert found["RQ_QUEUES"]["default"]["URL"] == "redis://q.example/3"
    assert found["RQ_QUEUES"]["default"]["DEFAULT_TIMEOUT"] == -1


def test_production_with_everything_set_is_safe(tmp_path: Path) -> None:
    found = settings(tmp_path, **SAFE)

    assert found["ALLOWED_HOSTS"] == ["sales.adatum.example"]
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True


@pytest.mark.parametrize("missing", sorted(SAFE.keys() - {"FIELD_ENCRYPTION_KEYS"}))
def test_production_names_what_is_not_set(tmp_path: Path, missing: str) -> None:
    given = {key: value for key, value in SAFE.items() if key != missing}

    assert settings(tmp_path, **given)["refused"].startswith(f"{missing} is not set")


@pytest.mark.parametrize(
    ("unsafe", "names"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "only-for-development-never-for-people"}, "SECRET_KEY"),
        ({"FIELD_ENCRYPTION_KEYS": "ZGV2ZWxvcG1lbnQtb25seS1kZXZlbG9wbWVudC1vbmw="}, "FIELD_ENCRYPTION_KEYS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"OIDC_ISSUER": "https://id.adatum.example", "OIDC_CLIENT_ID": "sync"}, "OIDC_CLIENT_SECRET"),
        ({"SINGLE_SIGN_ON_ONLY": "true"}, "OIDC_ISSUER"),
        ({"DEBUG": "true"}, "DEBUG"),
    ],
)
def test_production_refuses_what_is_unsafe(tmp_path: Path, unsafe: dict[str, str], names: str) -> None:
    assert names in settings(tmp_path, **{**SAFE, **unsafe})["refused"]


def test_cookies_belong_to_this_host_alone_and_last_as_long_as_is_said(tmp_path: Path) -> None:
    found = settings(tmp_path, **SAFE, TRUSTED_PROXIES="1", SESSION_HOURS="8")

    assert (found["SESSION_COOKIE_NAME"], found["SESSION_COOKIE_AGE"]) == ("__Host-session", 8 * 3600)
    assert found["SECURE_HSTS_SECONDS"] > 0
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert settings(tmp_path, DEVELOPMENT="true")["SESSION_COOKIE_NAME"] is None


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_djangos_checks_for_a_real_installation_find_nothing(tmp_path: Path, proxies: str) -> None:
    env = {**SAFE, "SECRET_KEY": "".join(map(chr, range(40, 100))), "TRUSTED_PROXIES": proxies}
    env |= {"DATA_DIR": str(tmp_path), "PATH": ""}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=HOUSE, env=env, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr


def test_who_comes_by_http_is_sent_to_https_where_a_proxy_says_so(tmp_path: Path) -> None:
    assert settings(tmp_path, **SAFE, TRUSTED_PROXIES="1")["SECURE_SSL_REDIRECT"] is True
    assert settings(tmp_path, **SAFE)["SECURE_SSL_REDIRECT"] is False
    assert settings(tmp_path, DEVELOPMENT="true", TRUSTED_PROXIES="1")["SECURE_SSL_REDIRECT"] is False


def test_without_an_encryption_key_the_application_starts_to_say_so(tmp_path: Path) -> None:
    given = {key: value for key, value in SAFE.items() if key != "FIELD_ENCRYPTION_KEYS"}

    assert settings(tmp_path, **given)["FIELD_ENCRYPTION_KEYS"] == []


def test_decimals_of_quantities_beyond_what_sales_knows_are_refused(tmp_path: Path) -> None:
    refused = settings(tmp_path, DEVELOPMENT="true", PRODUCT_QUANTITY_DECIMALS="6")["refused"]

    assert refused == "PRODUCT_QUANTITY_DECIMALS is a whole number from 0 to 5."
