"""Lines of the log. What somebody sent (an address, a name, the answer of a service) makes no line that looks like one
of ours, and moves nothing on the screen of who reads it."""

from __future__ import annotations

import logging

from integration.systems.text import on_one_line

SERVER_ERROR = 500


class OneLine(logging.Formatter):
    """A record is one line; its stack trace follows, indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        return on_one_line(super().formatMessage(record))

    def formatException(self, exc_info: object) -> str:  # noqa: N802 - the name is logging's
        return _indented(super().formatException(exc_info))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the name is logging's
        return _indented(super().formatStack(stack_info))


class RefusalsInOneLine(logging.Filter):
    """That somebody was refused something is a line of the log and no fault of the program: no stack trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and status < SERVER_ERROR:
            record.exc_info = record.exc_text = None
        return True


def _indented(text: str) -> str:
    return "\n".join(f"    {on_one_line(line)}" for line in text.split("\n"))
