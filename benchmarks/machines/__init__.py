"""What work on several machines costs: reading shared records, and sharing jobs out."""
