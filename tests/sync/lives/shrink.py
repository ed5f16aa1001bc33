"""Makes a failing life short enough to read."""

from __future__ import annotations

from tests.sync.lives.generator import Drawn, Step, draw, live

SHORTER_AT_MOST = 400


def failure(drawn: Drawn, steps: tuple[Step, ...] | None = None) -> str:
    """What goes wrong in this life, or nothing."""
    try:
        live(drawn, steps)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the life has found
        return f"{type(error).__name__}: {error}"
    return ""


def shortest(drawn: Drawn) -> tuple[Step, ...]:
    """The life without the steps it fails without."""
    steps, tries = drawn.steps, 0
    size = max(1, len(steps) // 2)
    while size and tries < SHORTER_AT_MOST:
        place = 0
        while place < len(steps):
            fewer = steps[:place] + steps[place + size :]
            tries += 1
            if failure(drawn, fewer):
                steps = fewer
            else:
                place += size
        size //= 2
    return steps


def story(seed: int) -> str:
    """A failing life for people, or nothing."""
    drawn = draw(seed)
    if not failure(drawn):
        return ""
    steps = shortest(drawn)
    lines = [f"life {seed}: {failure(drawn, steps)}", str(drawn.settings), *map(str, steps)]
    return "\n  ".join(lines)
