"""Who may do what in an organization: users, roles, privileges, and what is missing before a run."""
