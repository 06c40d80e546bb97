"""
Title: A lesson
Author: [Ann](https://example.org/ann)
Date created: 2020/04/12
Last modified: 2023/06/25
Description: What it shows.
Accelerator: None
"""
page = '''
"""
no block
"""
'''
words = """first
"""
list_of = [
"""a""",
]  # it's """ here

"""
A block.
"""
