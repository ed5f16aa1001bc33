"""How people sign in: what we want of django-allauth and what we add to it. The tables are in ``models/``."""
