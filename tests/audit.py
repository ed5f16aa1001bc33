"""What is known against the packages of the lock (``python -m tests.audit requirements.lock``), asked of osv.dev.

Ends with 1 where something is known that nobody has looked at. Without a network it says so, and ends with 0.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ADDRESS = os.environ.get("OSV_ADDRESS", "https://api.osv.dev/v1/querybatch")
SECONDS = 15
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)
ACCEPTED: Mapping[str, str] = {}
"""Id of a known weakness -> why it does not concern us, and until when that was thought."""


def pinned(lock: str) -> list[tuple[str, str]]:
    """(name, version) of every package that the text of the lock names."""
    return [(match[1], match[2]) for match in PINNED.finditer(lock)]


def known(packages: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """ "name version" -> the ids of what is known against it. Raises ``OSError`` where nobody answers, ``ValueError``
    where the answer is none."""
    queries = [{"version": version, "package": {"name": name, "ecosystem": "PyPI"}} for name, version in packages]
    request = urllib.request.Request(
        ADDRESS, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        results = json.load(answer)["results"]
    if len(results) != len(packages):
        raise ValueError(f"{len(packages)} packages were asked for and {len(results)} answered.")
    found = {}
    for (name, version), result in zip(packages, results, strict=True):
        ids = [one["id"] for one in result.get("vulns", []) if one["id"] not in ACCEPTED]
        if ids:
            found[f"{name} {version}"] = ids
    return found


def main(lock: Path) -> int:
    """The exit status."""
    packages = pinned(lock.read_text(encoding="utf-8"))
    try:
        found = known(packages)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stdout.write(f"Nobody could say what is known against the packages: {error}\n")
        return 0
    for package, ids in found.items():
        sys.stdout.write(f"{package}: {', '.join(ids)}\n")
    sys.stdout.write(f"{len(packages)} packages looked at, something is known against {len(found)}.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
