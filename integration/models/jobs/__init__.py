"""The tables of the runs: jobs, tasks, dry runs, history, errors, recurring entries and the lines of a full
synchronization, with the abstract rows they share. Import the tables from ``integration.models``."""
