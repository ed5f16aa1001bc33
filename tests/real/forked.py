"""Commands of ``manage.py`` in processes of their own that begin with the libraries loaded: forked, not started anew.

What a command is given (words, environment, rights) and what it answers (status, output) is as on a command line; only
the second of loading Django and the engine is spent once for all of them.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
NEED_NO_SETTINGS = [
    *("integration.management.entry", "integration.sync.engine", "integration.sync.matching.run"),
    *("integration.dataverse.store", "integration.dataverse.connecting", "integration.sandbox"),
    *("django.contrib.admin", "django.contrib.sessions.middleware", "django.core.management.commands.migrate"),
    *("django.db.backends.sqlite3.base", "crispy_forms.helper", "cheroot.wsgi", "fido2.server", "redis", "rq"),
    "tests.real.forked",
]
"""What the processes share. Nothing that reads the environment: that is each command's own."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(NEED_NO_SETTINGS)


def manage(
    words: Sequence[str], environment: Mapping[str, str], seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py`` with these words and this environment, nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder, name) for name in ("out", "err")]
        given = (list(words), dict(environment), [str(one) for one in said])
        process = processes.Process(target=_run, args=given)
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(words), seconds)
        out, err = (one.read_text() for one in said)
    return subprocess.CompletedProcess(list(words), process.exitcode or 0, out, err)


@contextmanager
def started(words: Sequence[str], environment: Mapping[str, str]) -> Iterator[BaseProcess]:
    """``manage.py`` with these words, on its way. What still runs at the end is killed; what it says is not kept."""
    given = (list(words), dict(environment), [os.devnull, os.devnull])
    process = processes.Process(target=_run, args=given)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _run(words: list[str], environment: dict[str, str], said: list[str]) -> None:
    for number, path in enumerate(said, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update({"DJANGO_SETTINGS_MODULE": "integration.project.settings", **environment})
    sys.argv = [str(HOUSE / "manage.py"), *words]
    from integration.management.entry import main

    main(sys.argv)
