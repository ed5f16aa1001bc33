"""The command line, shared by ``python -m`` and ``manage.py sandbox``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from integration.sandbox.dataverse.http.faults import read_fault
from integration.sandbox.dataverse.seed.seeds import SEEDS
from integration.sandbox.dataverse.server import Options
from integration.sandbox.shell.limits import Bounds


def parser() -> ArgumentParser:
    return ArgumentParser(prog="sandbox", description="A Dataverse organization to run locally.")


def add_arguments(target: ArgumentParser, database: str | None = None) -> ArgumentParser:
    """The options of the sandbox, on any parser. ``database`` is the file if none is given."""
    target.add_argument("--port", type=int, default=0, help="port to serve on; 0 takes a free one")
    target.add_argument(
        "--database", default=database, required=database is None, help="SQLite file; made if it is not there"
    )
    target.add_argument("--seed", choices=SEEDS, default="empty", help="what an empty database starts with")
    target.add_argument("--row-ms", type=float, default=0, help="milliseconds that writing a row takes")
    target.add_argument("--accounts", type=int, help="how many accounts the demo or large seed makes in all")
    target.add_argument("--contacts", type=int, help="how many contacts the demo or large seed makes in all")
    target.add_argument("--tls", metavar="DIR", help="serve https with certificates kept (or made) in this directory")
    _add_troubles(target)
    return target


def _add_troubles(target: ArgumentParser) -> None:
    real = Bounds()
    target.add_argument("--limits", choices=("on", "off"), default="off", help="service protection limits")
    target.add_argument("--limit-window", type=float, default=real.seconds, help="seconds in which they count")
    target.add_argument("--limit-requests", type=int, default=real.requests, help="requests of a user in a window")
    target.add_argument(
        "--limit-execution", type=float, default=real.execution_seconds, help="seconds of execution in a window"
    )
    target.add_argument("--limit-concurrent", type=int, default=real.concurrent, help="requests of a user at a time")
    target.add_argument("--latency", type=float, default=0, metavar="MS", help="milliseconds on the way of a request")
    target.add_argument(
        "--fault",
        type=read_fault,
        action="append",
        default=[],
        help="what goes wrong: kind=drop_after,probability=0.05,count=3,method=POST,path=accounts,seconds=1",
    )
    target.add_argument("--fault-seed", type=int, default=0, help="makes the chances of faults repeatable")
    target.add_argument("--control", action="store_true", help="open a loopback address to list, add and clear faults")


def options_from(given: Namespace) -> Options:
    return Options(
        database=given.database,
        port=given.port,
        seed=given.seed,
        row_ms=given.row_ms,
        accounts=given.accounts,
        contacts=given.contacts,
        tls=given.tls,
        limits=_bounds(given) if given.limits == "on" else None,
        latency_ms=given.latency,
        faults=tuple(given.fault),
        fault_seed=given.fault_seed,
        control=given.control,
    )


def _bounds(given: Namespace) -> Bounds:
    return Bounds(given.limit_window, given.limit_requests, given.limit_execution, given.limit_concurrent)
