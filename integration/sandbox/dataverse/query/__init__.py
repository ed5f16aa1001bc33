"""Queries: query options and FetchXML are read, become SQL conditions, and rows become JSON text."""
