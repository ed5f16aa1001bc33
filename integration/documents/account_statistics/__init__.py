"""Account statistics: what differs, who has moved, the rows in Sales, the run."""
