"""The steps of one decision: small functions that return, or raise why the command may not run."""
