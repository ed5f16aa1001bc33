"""EntityDefinitions and what belongs to them: the tables as the service describes them."""

from integration.dataverse.sandbox.metadata import change
from integration.dataverse.sandbox.metadata.address import answer_metadata
from integration.dataverse.sandbox.metadata.csdl import answer_schema

__all__ = ["answer_metadata", "answer_schema", "change"]
