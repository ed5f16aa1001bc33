"""Solutions: a zip is read (``package``), turned into changes and rows (``importing``), on its own time where the
caller asks for that (``operations``)."""
