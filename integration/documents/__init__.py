"""Flows that span both systems: what salespeople close becomes what the back office ships and invoices.

They speak to both systems through the verbs of ``System`` only, so that they work with any ERP, and remember who is
whom in the ledger of a mapping.

``sources``     orders and quotes of Sales: their tables and columns, and one of them as it was read
``reading``     many of them with everything they point to, in few requests
``lookups``     what Business Central knows about what they point to, in few queries; ``known`` are its values
``lines``       their lines as lines of Business Central. Pure
``orders``      a whole document, or everything that is wrong with it. Pure
``texts``       long texts in pieces, notes as plain text. Pure
``problems``    why an order does not become one, each reason with its code
``rounds``      how a pass reads: what is open, then what changed, in rounds
``run``         the pass of orders: read, plan, write, notify Sales, move the cursor
``afterwards``  what happens in Sales to an order that is made
``notices``     notifying Sales of what became of its orders
``quotes/``     quotes: activated, revised, won, lost
"""
