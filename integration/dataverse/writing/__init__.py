"""How an organization is written: in bulk, in change sets, as documents, by actions, through links."""
