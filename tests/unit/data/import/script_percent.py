# ---
# title: A percent file
# description: What it shows.
# authors: [Ann]
# created: 2020-01-02
# modified: 2021-01-02
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# ## Part

# %% tags=["test"]
assert True
