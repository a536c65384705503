"""The Django apps, one per consumer's topic; ``directory`` is the ground floor of all of them."""
