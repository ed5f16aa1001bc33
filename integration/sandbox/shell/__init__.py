"""What every service played on this machine shares: serving, certificates, signing in, limits and faults."""
