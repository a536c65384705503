"""The double's answers, one module per service of the interface description."""
