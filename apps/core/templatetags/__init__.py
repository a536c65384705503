"""Tags for the templates of the operators' site."""
