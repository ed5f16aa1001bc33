"""The rows: the model of tables and columns, the SQLite file, values as they are kept, and every change of a row."""
