"""SSH keys, and what the owner of one may ask for."""
