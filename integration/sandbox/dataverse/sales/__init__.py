"""The sales messages: what salespeople do with opportunities, quotes, orders and invoices beyond writing them.

``closing`` ends a document and leaves an activity that says why, ``making`` makes one document out of another,
``prices`` locks them, ``messages`` is their place in the Web API. The verbs take an open transaction, so that a page
can call them as well.
"""
