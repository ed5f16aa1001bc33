"""Edit, New and Delete of a record, and what its card says once after that."""
