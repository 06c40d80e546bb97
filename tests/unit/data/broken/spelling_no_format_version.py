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
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %%
x = 1
