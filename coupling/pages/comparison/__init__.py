"""The comparison of a coupled record: what differs, who changed it, and what the next synchronization makes of it.

``compared`` reads both records, ``differences`` is what the page shows of them, ``agreements`` what was agreed last.
"""
