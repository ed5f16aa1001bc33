"""Flows that span both systems, each as the run of a claimed job."""
