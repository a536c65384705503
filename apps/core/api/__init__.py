"""What every endpoint shares: authentication, parameters, error bodies. It imports no app."""
