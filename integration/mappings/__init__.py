"""What is done with stored mappings: made, checked, turned into the frozen rules of the engine."""
