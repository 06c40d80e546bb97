"""Jobs → records, in real Jupyter kernels: the only slow stage."""
