"""Documents that the engine carries: sales orders, posted invoices with their lines, notes of orders."""
