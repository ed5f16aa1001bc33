"""What stands around all pages: search, running jobs, icons, help of the keyboard, pages for what went wrong."""
