"""What Home shows: what waits for a person, counts, charts of the last days, lag, the way of a beginner."""
