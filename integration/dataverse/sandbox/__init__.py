"""A Dataverse organization to run locally: own process, own SQLite file, the Web API's protocol.

It shares no code with the client in ``integration.dataverse``, so that a mistake made twice cannot cancel out.
Run it alone with ``python -m integration.dataverse.sandbox --seed demo --database FILE``.
"""

from integration.dataverse.sandbox.server import Options, Sandbox, serve

__all__ = ["Options", "Sandbox", "serve"]
