"""The endpoints of Git access, one module per topic."""
