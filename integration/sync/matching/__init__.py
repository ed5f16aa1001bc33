"""Coupling what belongs together by comparing fields."""
