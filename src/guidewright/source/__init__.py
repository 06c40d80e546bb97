"""From files to guides: the first stage."""
