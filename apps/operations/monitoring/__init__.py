"""What load balancers and Prometheus ask: is it alive, is it ready, what does it count."""
