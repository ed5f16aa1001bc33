"""The command line: what each argument makes of a running organization, and what is no argument."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox import Options, Sandbox
from integration.sandbox.dataverse.arguments import add_arguments, options_from, parser
from integration.sandbox.shell.faults import Fault
from integration.sandbox.shell.limits import Bounds

PLAIN = Options("contoso.sqlite3")


def options(*given: str, database: str | None = "contoso.sqlite3") -> Options:
    return options_from(add_arguments(parser(), database).parse_args(given))


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ([], {}),
        (["--port", "8080"], {"port": 8080}),
        (["--database", "fabrikam.sqlite3"], {"database": "fabrikam.sqlite3"}),
        (["--seed", "demo"], {"seed": "demo"}),
        (["--seed", "large", "--accounts", "50", "--contacts", "100"],
         {"seed": "large", "accounts": 50, "contacts": 100}),
        (["--row-ms", "0.5"], {"row_ms": 0.5}),
        (["--tls", "certificates"], {"tls": "certificates"}),
        (["--latency", "20"], {"latency_ms": 20.0}),
        (["--control"], {"control": True}),
        (["--fault-seed", "7"], {"fault_seed": 7}),
        (["--fault", "kind=503"], {"faults": (Fault("503"),)}),
        (["--fault", "kind=drop_after,probability=0.5", "--fault", "kind=429_requests,count=2,method=post"],
         {"faults": (Fault("drop_after", 0.5), Fault("429_requests", count=2, method="POST"))}),
        (["--limits", "on"], {"limits": Bounds()}),
        (["--limits", "off", "--limit-requests", "5"], {}),
        (["--limits", "on", "--limit-window", "10", "--limit-requests", "5", "--limit-execution", "2",
          "--limit-concurrent", "3"], {"limits": Bounds(10, 5, 2, 3)}),
    ],
)  # fmt: skip
def test_arguments_say_how_the_organization_runs(given: list[str], changes: dict[str, Any]) -> None:
    assert options(*given) == replace(PLAIN, **changes)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--seed", "huge"], "invalid choice: 'huge'"),
        (["--limits", "maybe"], "invalid choice: 'maybe'"),
        (["--port", "web"], "invalid int value: 'web'"),
        (["--accounts", "1.5"], "invalid int value"),
        (["--fault", "kind=earthquake"], "argument --fault"),
        (["--fault", "drop_after"], "argument --fault"),
        (["--fault", "kind=503,probability=2"], "argument --fault"),
        (["--colour", "blue"], "unrecognized arguments"),
    ],
)
def test_what_is_no_argument_is_refused(given: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        options(*given)

    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_a_file_must_be_named_where_there_is_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(database=None)
    assert "--database" in capsys.readouterr().err

    assert options("--database", "x.sqlite3", database=None).database == "x.sqlite3"


def test_the_arguments_can_be_those_of_another_command() -> None:
    other = ArgumentParser(prog="manage.py sandbox")
    other.add_argument("--verbosity", type=int, default=1)

    given = add_arguments(other, "contoso.sqlite3").parse_args(["--verbosity", "2", "--port", "1"])

    assert (given.verbosity, options_from(given).port) == (2, 1)


def test_a_seed_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no seed “huge”; there are empty, demo, large"):
        Sandbox(Options(str(tmp_path / "x.sqlite3"), seed="huge"))

    assert list(tmp_path.iterdir()) == []
