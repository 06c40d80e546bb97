"""
Title: A lesson
Authors: [Ann, Dr.](https://example.org/a,b), Bob and [Cy](https://example.org/cy)
Date created: 2020/04/12
Last modified: 2023/06/25
Description: What it shows.
Accelerator: GPU
"""
x = 1
