"""Settings, variables of the environment, addresses. Names apps as strings and imports none of them."""
