"""Stand-ins for the services at the edges: what tests talk to instead of the network."""
