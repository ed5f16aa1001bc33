"""EntityDefinitions and what belongs to them: the tables as the service describes them."""
