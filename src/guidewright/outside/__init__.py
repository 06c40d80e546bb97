"""Links to other sites: where they stand, and whether they still lead somewhere. The only stage that asks the network."""
