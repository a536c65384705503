"""kas, and the agents behind it."""
