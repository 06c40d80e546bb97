"""What is measured, and not tested: the built site's quality, and how the time grows with the library."""
