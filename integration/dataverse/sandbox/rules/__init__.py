"""What the organization does of its own accord when rows are written: one module per idea, ``book`` says what applies
to which table."""
