"""Measure: ``python -m tests.bench [name ...]`` prints one JSON line a number.

A bench is a module with ``run()`` that yields :class:`~tests.bench.measure.Number`; it is listed here by hand.
Numbers are ratios to a floor taken in the same run, so that they mean the same on any machine. The exit code is 1
where one of them misses its limit.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from tests.bench import engine, filters, limits, load, orders, pages, sandbox

BENCHES = {
    "filters": filters.run,
    "engine": engine.run,
    "sandbox": sandbox.run,
    "limits": limits.run,
    "load": load.run,
    "orders": orders.run,
    "pages": pages.run,
}


def main(names: list[str]) -> int:
    """Run the benches named, all of them if none is. Returns how many numbers missed their limit, at most 1."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.exit(f"There is no bench {', '.join(unknown)}. There are: {', '.join(BENCHES)}.")
    missed = False
    for name in names or BENCHES:
        for number in BENCHES[name]():
            sys.stdout.write(json.dumps({"bench": name, **asdict(number), "ok": number.ok}) + "\n")
            sys.stdout.flush()
            missed |= not number.ok
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
