"""
Title: A lesson
Author: [Ann](https://example.org/ann)
Date created: 2020/04/12
Last modified: 2023/06/25
Description: What it shows.
Accelerator: None
"""
"""shell
pip install -q pandas \
    seaborn
ls -la
"""

x = 1
