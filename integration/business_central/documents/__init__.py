"""Open documents of the company: made, completed, worked out. A document is always written as a whole.

``masters``      what documents point to, looked up for many of them at once
``completion``   what a new document takes over from its customer, and a line from its item
``calculation``  the amounts of a document, from its lines to its sums
``creation``     many documents at once, each of them all or nothing
"""
