"""The pages of records and couplings, and their buttons: each calls a verb of ``coupling.commands``."""
