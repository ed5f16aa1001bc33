"""The page “Sales (sandbox)” under ``/sales/``: the part of a salesperson, played without any other client.

Whatever it shows or changes goes through the Web API of this organization as the person who is signed in, so rules,
privileges and refusals are those of every other client.
"""
