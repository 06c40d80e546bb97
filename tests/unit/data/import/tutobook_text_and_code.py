"""
Title: A lesson
Author: [Ann](https://example.org/ann)
Date created: 2020/04/12
Last modified: 2023/06/25
Description: What it shows.
Accelerator: None
"""
"""
## Introduction

Some words.
"""

x = 1


def double(y):
    return 2 * y

"""
More words.
"""

print(double(x))
