"""What a new organization starts with: ``base`` in every one, ``demo`` and ``large`` on request."""
