"""The published web services, as a program with a key sees them."""
