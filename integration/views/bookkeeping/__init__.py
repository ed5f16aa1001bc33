"""Posted documents, the customer ledger and the setup of the embedded Business Central company."""
