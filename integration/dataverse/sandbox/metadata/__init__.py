"""EntityDefinitions and what belongs to them: the tables as the service describes them."""

from integration.dataverse.sandbox.metadata import change
from integration.dataverse.sandbox.metadata.address import answer_metadata
from integration.dataverse.sandbox.metadata.csdl import answer_schema
from integration.dataverse.sandbox.metadata.question import retrieve_metadata_changes

__all__ = ["answer_metadata", "answer_schema", "change", "retrieve_metadata_changes"]
