"""Orders and quotes of Dynamics 365 Sales: what became of them, why they wait, what can be done."""
