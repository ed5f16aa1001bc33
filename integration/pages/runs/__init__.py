"""What the pages of runs show: titles, rows, causes of errors, the log of one record."""
