"""
Title: A lesson
Author: [Ann](https://example.org/ann)
Converted to Keras 3 by: [Dee](https://example.org)
Date created: 2020/04/12
Last modified: 2023/06/25
Description: What it shows.
Accelerator: None
"""
x = 1
