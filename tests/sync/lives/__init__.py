"""Dense lives of a pair of tables: what people, rules and runs do to it, and what must hold whatever they do."""
