"""A day in any other order would be guessed: what people type comes here as ISO (``forms/day.py``)."""

DATE_INPUT_FORMATS = ["%Y-%m-%d"]
