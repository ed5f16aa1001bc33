"""Field by field: who wins where both sides differ (``verdict.py``), and what is agreed then (``merge.py``)."""
