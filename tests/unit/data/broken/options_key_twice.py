# ---
# title: A guide
# description: What it shows.
# authors: [A. Author]
# created: 2026-11-22
# modified: 2026-11-23
# category: basics
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %%
x = 1

# %% tags=["test"] tags=["quick"]
assert x == 1
