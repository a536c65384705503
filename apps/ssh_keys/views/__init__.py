"""The endpoints about SSH keys and their owners."""
