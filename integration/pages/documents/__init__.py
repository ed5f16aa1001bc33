"""What cards of documents show, what can be done with them, and what is said after."""
