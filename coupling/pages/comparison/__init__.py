"""The comparison of a coupled record: what differs, who changed it, and what the next synchronization makes of it.

``compared`` reads both records, ``differences`` is what the page shows of them, ``agreements`` what was agreed last,
``touched`` who changed both last (by the notes that ``authors`` reads). ``judged`` is what the next run makes of each.
"""
