"""What the special rules do beyond mapped fields, table by table, over two systems in memory."""
