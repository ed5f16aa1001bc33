"""What plays the other side's services on this machine: own process, own file, their protocols.

It shares no code with the clients, so that a mistake made twice cannot cancel out. ``shell`` is what every service
shares, ``dataverse`` a Dataverse organization.
Run it alone with ``python -m integration.sandbox --seed demo --database FILE``.
"""

from integration.sandbox.dataverse.server import Options, Sandbox, serve

__all__ = ["Options", "Sandbox", "serve"]
