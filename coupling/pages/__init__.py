"""What lists, cards, comparisons and dialogs show.."""
