"""Components and words for templates."""
