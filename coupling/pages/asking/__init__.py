"""What a person sees before and after an action: who is meant, what would change, what comes first, what happened."""
