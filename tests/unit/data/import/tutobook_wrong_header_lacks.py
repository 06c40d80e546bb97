"""
Title: A lesson
Date created: 2020/02/31
Last modified: soon
Accelerator: much
"""
x = 1
