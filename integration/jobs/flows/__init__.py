"""Flows that span both systems, each as the run of a claimed job, and what passes behind a matching run take."""
