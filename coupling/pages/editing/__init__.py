"""A record of Business Central while somebody edits it: typed, looked up, checked, saved beside others."""
