"""What is said right before and right after the refs of a push change."""
