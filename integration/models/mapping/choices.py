"""What a person chooses for a mapping, with the captions."""

from __future__ import annotations

from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction

DIRECTIONS = [
    (Direction.TO_CRM.value, "BC → Sales"),
    (Direction.TO_ERP.value, "Sales → BC"),
    (Direction.BOTH.value, "both ways"),
]
CONFLICTS = [
    (ConflictPolicy.NONE.value, "None"),
    (ConflictPolicy.SEND.value, "Send Update to Integration"),
    (ConflictPolicy.GET.value, "Get Update from Integration"),
]
DELETIONS = [
    (DeletionPolicy.NONE.value, "None"),
    (DeletionPolicy.RESTORE.value, "Restore Records"),
    (DeletionPolicy.REMOVE.value, "Remove Coupling"),
]
