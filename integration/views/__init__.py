"""The pages: functions that call a verb or read a model. Here Home, Connection Setup, and what all of them share."""
