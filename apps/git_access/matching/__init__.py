"""How operators write what a name, a text or an address must match."""
