"""What happens in Sales to documents that are here already, noticed whoever makes new ones, and however."""
