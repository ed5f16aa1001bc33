"""The pages of mappings: tables, fields, transformation rules, options, templates."""
