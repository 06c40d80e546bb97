"""How long it takes to run guides, here and with other tools."""
