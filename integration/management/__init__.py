"""The command line, the web server, and what supervises the processes of the demo."""
