"""Who is whom: couplings, what people do with them, and the lists and cards of the records of both sides."""
