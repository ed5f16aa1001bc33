"""Lists: one mechanism for the records of both systems, for documents and for ledgers.

A list is asked for by its address (``address``), narrowed by conditions on its fields (``conditions``, ``pane``), shown
in columns that a person chooses (``layout``), and looks everywhere the same (``shown`` for the template
``integration/list.html`` with ``lists.css`` and ``lists.js``). Its rows come from a system (``integration.pages.rows``)
or from a query of this database (``stored``).
"""
