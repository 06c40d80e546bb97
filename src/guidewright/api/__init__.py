"""The public names of the package that the guides teach: which exist, which page documents each, and where guides use them.

Pure functions on text and records, shared by the stages, but for :func:`guidewright.api.reference.load`, which reads the two
files that the settings name. The core knows no package: the inventory and the page data are files of the project.
"""
