"""Git LFS over HTTP."""
