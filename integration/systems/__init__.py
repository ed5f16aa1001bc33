"""What a system is: its verbs (``system.py``), its values, its errors. Knows no Django and no network."""
