"""The forms of mappings, their fields, steps, options and templates."""
