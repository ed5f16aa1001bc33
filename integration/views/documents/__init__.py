"""Quotes, orders and invoices of Business Central that are open: lists, cards, editing, shipments, versions."""
