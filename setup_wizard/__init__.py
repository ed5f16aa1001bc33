"""The guided path: ``steps.py`` has its steps as data, ``tasks.py`` what an administrator of Sales does."""
