"""What people type on the pages of posted documents, of the ledger and of their setup."""
