"""What Guidewright's core does not know of Keras: its kernel bootstrap, and its datasets' providers."""
