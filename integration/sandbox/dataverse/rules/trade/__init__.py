"""The rules of opportunities, quotes, orders and invoices: their lines, prices and totals."""
