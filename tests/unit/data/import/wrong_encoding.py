"""
Title: café
"""
