"""
A gallery page
==============

Words.
"""

x = 1
