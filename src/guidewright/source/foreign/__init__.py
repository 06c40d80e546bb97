"""From other formats to a guide: tutobooks, notebooks, and what jupytext reads; and back to them."""
