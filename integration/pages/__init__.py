"""What pages are composed of: navigation and parts that apps bring along, and states in words."""
