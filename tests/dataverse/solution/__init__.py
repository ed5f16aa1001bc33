"""The integration solution: what it says, the file made of it, and its way into an organization."""
