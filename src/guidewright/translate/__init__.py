"""Catalogs → guides in other languages.

``units`` takes a guide apart into messages, ``catalog`` reads and writes the gettext files, ``merge`` follows the
English, ``apply`` puts a guide together in another language, ``checks`` compares both. Nothing here runs a kernel.
"""
