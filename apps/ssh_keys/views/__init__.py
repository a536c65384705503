"""The endpoints of the SSH keys app, one module per caller's purpose."""
