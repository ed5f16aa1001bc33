"""One full synchronization of the customers in a process of its own; prints how many MB it grew by."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.bench.world import company, full

KILOBYTES = 1024


def peak() -> int:
    """The most memory this process has had so far, in KB. (``getrusage`` would tell the parent's.)"""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("this system does not tell how much memory a process has had")
    return int(found[1])


def main() -> None:
    company()
    full("CURRENCY")  # what any run loads once
    before = peak()
    jobs = full("CUSTOMER")
    if jobs[0].inserted < 1:
        raise RuntimeError("nothing was loaded")
    sys.stdout.write(f"{(peak() - before) / KILOBYTES:.0f}\n")


if __name__ == "__main__":
    main()
