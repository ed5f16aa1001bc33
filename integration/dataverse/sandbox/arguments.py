"""The command line, shared by ``python -m`` and ``manage.py sandbox``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from integration.dataverse.sandbox.seed import SEEDS
from integration.dataverse.sandbox.server import Options


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
    target.add_argument("--accounts", type=int, help="how many accounts the demo seed makes in all")
    target.add_argument("--contacts", type=int, help="how many contacts the demo seed makes in all")
    target.add_argument("--tls", metavar="DIR", help="serve https with certificates kept (or made) in this directory")
    return target


def options_from(given: Namespace) -> Options:
    return Options(
        database=given.database,
        port=given.port,
        seed=given.seed,
        row_ms=given.row_ms,
        accounts=given.accounts,
        contacts=given.contacts,
        tls=given.tls,
    )
