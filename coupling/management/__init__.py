"""The command line of couplings."""
