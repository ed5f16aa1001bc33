"""Webhooks: who registered for an event gets a call after the event is committed.

``catalogue`` lists the messages one can register for, ``rules.endpoints`` checks what is registered. ``outbox`` keeps
one system job and one body per event in the event's own transaction, ``context`` writes that body, ``delivery`` posts
it from threads of its own; what was not posted when the sandbox stopped is posted after its next start.
"""
