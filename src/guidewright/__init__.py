"""Guidewright: guides that are run before they are read."""

__version__ = "0.1.0"
