"""
Title: A lesson
Author: [Ann](https://example.org/ann)
Date created: 2020/04/12
Last modified: 2023/06/25
Description: What it shows.
Accelerator: None
"""
"""
- one
- two

| a | b |
| - | - |
| 1 | 2 |

The $x^2$ of it:

$$
y = \\frac{1}{x}
$$
"""
