"""What clients of OData services share: sign-in, tokens, patience, the gate as a protocol."""
