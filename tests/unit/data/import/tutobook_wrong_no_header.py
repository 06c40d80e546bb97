import os

"""
Words.
"""

x = 1

"""
More.
"""
