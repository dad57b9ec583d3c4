"""bide's own paths, `/bide/v1`: requests, jobs, estimates, providers, the queue, events, and their description."""
