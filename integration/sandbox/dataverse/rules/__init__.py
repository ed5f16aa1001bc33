"""What the organization does of its own accord when rows are written: one module per idea, ``trade`` for documents
and their lines. ``registry`` says which rules apply to which table."""
