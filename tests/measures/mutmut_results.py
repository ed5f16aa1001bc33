"""What mutmut has found, as JSON: run in the directory in which mutmut ran, with mutmut installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code


def results(module: str) -> list[dict[str, str]]:
    codes = json.loads(Path("mutants", f"{module}.meta").read_text(encoding="utf-8"))["exit_code_by_key"]
    found = []
    for key, code in codes.items():
        fate = status_by_exit_code[code]
        diff = get_diff_for_mutant(key, path=Path(module)) if fate in ("survived", "no tests") else ""
        found.append({"module": module, "key": key, "fate": fate, "diff": diff})
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps([one for module in sys.argv[1:] for one in results(module)]))
