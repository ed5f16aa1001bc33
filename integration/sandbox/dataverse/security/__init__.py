"""Who may do what: privileges, the security roles that hold them, the rights users have by their roles, and the guard
that every request passes."""
