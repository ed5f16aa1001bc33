"""What can be done with the keyboard alone, as the help sheet lists it. The scripts of each page keep to this."""

from __future__ import annotations

EVERYWHERE = (
    ("Alt+Q  or  /", "Search pages, actions, jobs and records"),
    ("?", "This sheet"),
    ("Esc", "Close what is open, leave the search"),
    ("Tab, Shift+Tab", "Next, previous"),
    ("↑  ↓", "Next and previous result of the search, entry of a menu"),
)
LISTS = (
    ("j  k", "Next row, previous row"),
    ("Enter", "Open the row"),
    ("x", "Select the row"),
    ("Shift+click", "Select the rows between"),
    ("Esc", "Select nothing"),
)
EDITING = (("Ctrl+S", "Save the record that is edited"),)
DAYS = (("t", "Today, in an input of a day"),)
SHEET = (("Everywhere", EVERYWHERE), ("Lists", LISTS), ("Editing", EDITING), ("Days", DAYS))
