"""What follows a finished push: branches, events, sizes, webhooks."""
