"""Mappings, their fields, steps and templates, as people set them up."""
