"""FetchXML: the service's other query language, XML in the query option ``fetchXml``."""

from integration.dataverse.sandbox.fetchxml.answer import answer_fetch

__all__ = ["answer_fetch"]
