"""What happens to documents and ledgers, each verb in one transaction: it begins at the company's lock, locks the
header, checks everything, then writes; it happens whole or not at all.

``context``      the transaction of a verb, and what every one of them checks
``states``       release, reopen, hold
``changing``     a change of a header or of lines, the deletion of a document
``shipping``     ship, undo_shipment
``invoicing``    invoice, ship and invoice, invoices of several shipments
``payments``     register_payment, apply, unapply
``crediting``    cancel, credit
``archiving``    archive, make_order, link_quote
``rebuilding``   rebuild: a document made anew from its order or quote in Sales
``adjustments``  the stock of an item by hand
"""
