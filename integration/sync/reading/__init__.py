"""Which rows a run reads, page by page."""
