"""Who may do what: pure functions over the facts."""
