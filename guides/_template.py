# ---
# title: A new guide
# description: What a reader can do after it, in one sentence.
# authors: [An author]
# created: 2026-11-23
# modified: 2026-11-23
# category: getting_started
# accelerator: none
# quick: {epochs: 1}
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

# %% [markdown]
# ## Introduction {#introduction}
#
# Say in two or three sentences what a reader will be able to do, and what they should know already.

# %% [markdown]
# ## Setup {#setup}
#
# The guide runs unchanged on every backend. Choose one by its name, before Keras is imported. The seed makes a second
# run on the same machine start from the same weights.

# %%
import os

import numpy as np

os.environ["KERAS_BACKEND"] = "jax"

import keras

keras.utils.set_random_seed(2026)

# %% [markdown]
# What the reader may want to change; a quick run trains for fewer epochs.

# %% tags=["parameters"]
epochs = 20

# %% [markdown]
# ## The first step {#first-step}
#
# Say what the next cell does, and why. Each cell shows what its last expression gives, and what it prints.

# %%
generator = np.random.default_rng(2026)
inputs = generator.uniform(size=(256, 4)).astype("float32")
targets = inputs.sum(axis=1, keepdims=True)

model = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse")
history = model.fit(inputs, targets, epochs=epochs, verbose=0)
predictions = model.predict(inputs, verbose=0)
print("predictions:", predictions.shape)

# %% tags=["test"]
# Never shown: what the prose claims, on names that the cells above computed.
assert predictions.shape == (256, 1)
assert np.isfinite(history.history["loss"]).all()

# %% [markdown]
# ## What comes next {#what-comes-next}
#
# Say where to go from here.
