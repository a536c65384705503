"""A large directory: made in bulk, the same from the same numbers, continued where it was stopped."""
