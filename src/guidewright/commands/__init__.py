"""The commands: wiring of stages, one file each. The stages know nothing of each other; these do."""
