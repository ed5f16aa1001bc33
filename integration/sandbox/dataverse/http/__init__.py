"""The Web API's protocol: from an address to the function that answers it, single requests, batches, bulk messages."""
