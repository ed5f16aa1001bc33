"""How rows come into its tables: checked, related, numbered, in batches; what a person hears who types one."""
