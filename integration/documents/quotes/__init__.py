"""Quotes: activated, revised, won, lost.

``steps``   what is to be done with a quote of Sales. Pure
``run``     the pass: read, plan, carry out
``links``   an order takes the place of its quote, or is canceled and nothing does
``deleted`` quotes whose quote of Sales was deleted
"""
