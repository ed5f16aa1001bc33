"""Every command, in every place where it cannot work: one clear sentence and an exit code, never a stack trace."""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from integration.management import console
from tests.real import forked
from tests.real.migrated import migrate_in

HOUSE = Path(__file__).resolve().parents[3]
OURS = sorted(name for name, app in get_commands().items() if app in ("integration", "coupling"))
WORDS: dict[str, list[str]] = {
    "axes_reset_ip": ["192.0.2.1"],
    "axes_reset_ip_username": ["192.0.2.1", "annette"],
    "axes_reset_username": ["annette"],
    "couple": ["CUSTOMER", "10000", "Adatum"],
    "create_invoice": ["103001"],
    "describe": ["environment"],
    "erase_person": ["CONTACT", "10000"],
    "integration_solution": ["--output", "missing/folder/solution.zip"],
    "remove_second_factor": ["annette"],
    "run_job": ["customer_statistics"],
    "schedule": ["--once"],
    "synchronize": ["CUSTOMER"],
    "uncouple": ["CUSTOMER", "10000"],
    "work": ["--burst"],
}
SOME = ["synchronize", "serve", "integration_solution", "migrate"]
"""Of what holds before any command begins, a few of each kind."""
NEED_NO_DATABASE = ("demo", "describe", "integration_solution", "sandbox")
NEED_THE_DATABASE = [name for name in OURS if name not in NEED_NO_DATABASE]
SOMEBODY = "11111111-1111-4111-8111-111111111111"
ASK_SALES = [
    ["couple", "CUSTOMER", SOMEBODY, "Adatum"],
    ["erase_person", "CONTACT", "Adatum", "--side", "crm"],
    ["full_synch", "--inline"],
    ["preflight"],
    ["synchronize", "CUSTOMER", "--direction", "to_erp"],
]
PR_CAPBSET_DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2
CONNECTED = """
from integration.connection import enabling
from integration.models import ConnectionSetup
setup = ConnectionSetup.current()
setup.url, setup.token_endpoint = "https://127.0.0.1:1", "https://127.0.0.1:1/token"
setup.tenant, setup.client_id, setup.client_secret = "t", "11111111-1111-4111-8111-111111111111", "secret"
setup.is_enabled = True
setup.save()
enabling.create_missing(setup)
"""

pytestmark = [pytest.mark.processes, pytest.mark.story]


def manage(home: Path, *words: str, preexec: object = None, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"DEVELOPMENT": "true", "DATA_DIR": str(home), "PATH": os.environ["PATH"], **environment}
    env = {name: value for name, value in env.items() if value}
    if preexec is None:
        return forked.manage(words, env)
    return subprocess.run(
        [sys.executable, str(HOUSE / "manage.py"), *words],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, preexec_fn=preexec,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str], status: tuple[int, ...] = (1, 2)) -> str:
    """What it said. It must be for people: no stack trace, one sentence at the end, a status that says it failed."""
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert done.returncode in status, (done.returncode, done.stdout, done.stderr)
    said = done.stderr.strip().splitlines() or done.stdout.strip().splitlines()
    assert said, "it says why"
    return said[-1]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder without a database."""
    return tmp_path_factory.mktemp("fresh")


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with an enabled connection to an organization that nobody answers for."""
    home = tmp_path_factory.mktemp("connected")
    migrate_in(home)
    made = manage(home, "shell", "--no-imports", "-c", CONNECTED)
    assert made.returncode == 0, made.stderr
    return home


@pytest.mark.parametrize("name", OURS)
def test_an_option_that_there_is_not_is_said_with_how_to_use_the_command(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class(get_commands()[name], name)
    command._called_from_command_line = True
    with pytest.raises(SystemExit) as ended:
        command.create_parser("manage.py", name).parse_args([*WORDS.get(name, []), "--nonsense"])
    assert ended.value.code == 2
    assert f"usage: manage.py {name}" in (said := capsys.readouterr().err)
    assert "unrecognized arguments: --nonsense" in said


PAGE = (HOUSE / "docs" / "commands.md").read_text()
SHOWN = re.findall(r'^    make manage ARGS="?(.*?)"?(?:  #.*)?$', PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_line_of_the_docs_can_be_typed_as_it_is_printed(line: str) -> None:
    name, *words = shlex.split(line)
    command = load_command_class(get_commands()[name], name)
    assert command.create_parser("manage.py", name).parse_args(words)


def test_the_docs_show_every_command_for_people() -> None:
    assert {shlex.split(line)[0] for line in SHOWN} >= {*OURS} - {"demo", "demo_setup", "schedule", "serve", "work"}


@pytest.mark.parametrize("name", SOME)
def test_without_settings_one_sentence_names_what_is_missing_and_the_way(fresh: Path, name: str) -> None:
    said = refused(manage(fresh, name, *WORDS.get(name, []), DEVELOPMENT=""), (2,))
    assert said.startswith("SECRET_KEY is not set.")
    assert "DEVELOPMENT=true" in said
    assert "make manage" in said


@pytest.mark.parametrize("name", NEED_THE_DATABASE)
def test_without_tables_it_says_that_migrate_comes_first(fresh: Path, name: str) -> None:
    done = manage(fresh, name, *WORDS.get(name, []))
    assert refused(done)
    assert "migrate" in done.stdout + done.stderr or name == "demo_setup"


@pytest.mark.parametrize("words", ASK_SALES, ids=lambda words: words[0])
def test_an_organization_that_does_not_answer_is_named(connected: Path, words: list[str]) -> None:
    done = manage(connected, *words)
    refused(done)
    assert "does not answer: nothing listens at its address" in done.stdout + done.stderr


@pytest.mark.parametrize(("name", "status"), [("work", (1,)), ("schedule", (0,)), ("preflight", (1,))])
def test_a_queue_that_does_not_answer_is_said(connected: Path, name: str, status: tuple[int, ...]) -> None:
    done = manage(connected, name, *WORDS.get(name, []), REDIS_URL="redis://:hidden@127.0.0.1:1/0")
    if done.returncode:
        refused(done, status)
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stdout + done.stderr


def without_override() -> None:
    """For root: rights of files count for this process, too."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.mark.parametrize("name", SOME)
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    home = tmp_path / "kept"
    home.mkdir(mode=0o555)
    said = refused(manage(home, name, *WORDS.get(name, []), preexec=without_override))
    assert "DATA_DIR cannot be" in said
    assert str(home) in said


def test_a_database_that_cannot_be_written_is_named(connected: Path) -> None:
    kept = {path: path.stat().st_mode for path in [connected, *connected.glob("*.sqlite3*")]}
    try:
        for path in kept:
            path.chmod(0o555 if path.is_dir() else 0o444)
        done = manage(
            connected, "remove_second_factor", "annette", preexec=without_override, DATA_DIR=str(connected.parent),
            DATABASE_URL=f"sqlite:///{connected / 'integration.sqlite3'}",
        )  # fmt: skip
    finally:
        for path, mode in kept.items():
            path.chmod(mode)
    assert "The database cannot be" in refused(done)


@pytest.mark.parametrize(("name", "port"), [("sandbox", "x"), ("serve", "-1"), ("demo", "70000")])
def test_a_port_that_is_none_is_said(fresh: Path, name: str, port: str) -> None:
    assert "port" in refused(manage(fresh, name, "--port", port), (2,))


@pytest.mark.parametrize("text", ["", "x", "-1", "65536", "9" * 5000, "٣", "1.5"])
def test_what_is_no_port_is_refused_in_words(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="a port is a number from 0 to 65535"):
        console.port(text)


WRONG = [
    ("DATABASE_URL", "postgres://u:hidden@h:port/x"),
    ("DATABASE_URL", "hidden"),
    ("REDIS_URL", "hidden"),
    ("REDIS_URL", "redis://:hidden@h:99999"),
    ("RETENTION_DAYS", "6"),
    ("SESSION_HOURS", "never"),
    ("JOB_HEARTBEAT", "nan"),
    ("LOG_LEVEL", "loud"),
    ("DEVELOPMENT", "ture"),
    ("SECURE_COOKIES", "flase"),
    ("TRUSTED_PROXIES", "-1"),
    ("PUBLIC_URL", "adatum.example"),
    ("OIDC_ISSUER", "http://id.adatum.example"),
    ("DATAVERSE_CA_FILE", "/missing.pem"),
    ("SECOND_FACTOR", "maybe"),
    ("DATA_DIR", "/dev/null/kept"),
]
READ_SETTINGS = """
import importlib, json, os, sys
from django.core.exceptions import ImproperlyConfigured
from integration.project import settings
found = []
for name, value in json.loads(sys.argv[1]):
    before = dict(os.environ)
    os.environ[name] = value
    try:
        importlib.reload(settings)
        found.append("")
    except ImproperlyConfigured as error:
        found.append(str(error))
    os.environ.clear()
    os.environ.update(before)
print(json.dumps(found))
"""


def test_a_value_in_the_environment_that_is_none_is_refused_by_name_and_not_shown(fresh: Path) -> None:
    env = {"DEVELOPMENT": "true", "DATA_DIR": str(fresh), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", READ_SETTINGS, json.dumps(WRONG)]
    done = subprocess.run(command, cwd=HOUSE, env=env, capture_output=True, text=True, check=True, timeout=60)
    said = json.loads(done.stdout)
    assert [text.partition(" ")[0] for text in said] == [name for name, _ in WRONG]
    assert "hidden" not in done.stdout + done.stderr


def test_a_wrong_value_in_the_environment_ends_a_command_with_two(fresh: Path) -> None:
    assert refused(manage(fresh, "check", RETENTION_DAYS="6"), (2,)).startswith("RETENTION_DAYS is a whole number")


def test_help_needs_no_settings(fresh: Path) -> None:
    assert manage(fresh, "help", DEVELOPMENT="").returncode == 0
