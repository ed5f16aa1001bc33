"""What runs and has run: full synchronization, jobs, dry runs, errors, recurring jobs, preflight."""
