"""Pages → the engine's input (``build/<language>/``) → the site."""
