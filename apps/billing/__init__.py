"""What CustomersDot sells: subscriptions, packs of CI minutes, and the reconciliations it announces."""
