"""How fast a cluster's jobs are given out, how well they are shared, and what is left of them where workers are killed."""
