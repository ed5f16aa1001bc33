"""FetchXML: the service's other query language, XML in the query option ``fetchXml``."""
