# ---
# title: A guide
# description: What it shows.
# authors: [A. Author]
# created: 2026-11-22
# modified: 2026-11-23
# category: basics
# jupyter:
# ---

# %%
x = 1
