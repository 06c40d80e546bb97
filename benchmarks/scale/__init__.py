"""How the time to build grows with the library, on generated ones."""
