"""
Title: A lesson
Author: [Ann](https://example.org/ann)
Date created: 2020/4/2
Last modified: 2023/06/25
Description: What it shows.
Accelerator: None
"""
x = 1
