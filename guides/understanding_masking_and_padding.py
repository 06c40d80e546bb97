# ---
# title: Masking and padding
# description: How to batch sequences of different lengths, and keep the padding out of the results.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: building_models
# tags: [sequences, custom-layers, sample-weight]
# accelerator: none
# backends: [jax, tensorflow, torch]
# requires: [matplotlib]
# quick: {num_sequences: 256, epochs: 2}
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
# Sentences, melodies and recordings differ in length. A batch is one array, so every row must have
# the same number of steps. *Padding* fills the short rows up with a value that means nothing.
# *Masking* tells the layers which steps were filled up, so that they can skip them.
#
# This guide shows how to pad, where masks come from, how they travel through a model, and how to
# write layers and metrics that respect them. At the end, a small model shows that with a mask it
# does not matter how much padding there is.
#
# ## Setup {#setup}

# %%
import os
import warnings

import numpy as np

# Set this before Keras is imported: "jax", "tensorflow" or "torch".
os.environ["KERAS_BACKEND"] = "jax"

import keras
import matplotlib.pyplot as plt

from keras import layers, ops

keras.utils.set_random_seed(2026)

# %% [markdown]
# ## Padding {#padding}
#
# Here are three short melodies. Each note is a whole number from 1 to 9. The number 0 is no note:
# we keep it for the padding. `keras.utils.pad_sequences` makes one array, as wide as the longest
# melody. By default it puts the padding *before* the sequence. With `padding="post"`, it goes
# *after* it:

# %%
melodies = [[5, 3, 5, 8, 6], [2, 2], [7, 1, 4]]

pre_padded = keras.utils.pad_sequences(melodies)
post_padded = keras.utils.pad_sequences(melodies, padding="post")
print("padded before:", pre_padded, "padded after:", post_padded, sep="\n")

# %% tags=["test"]
assert pre_padded.tolist() == [[5, 3, 5, 8, 6], [0, 0, 0, 2, 2], [0, 0, 7, 1, 4]]
assert post_padded.tolist() == [[5, 3, 5, 8, 6], [2, 2, 0, 0, 0], [7, 1, 4, 0, 0]]

# %% [markdown]
# `maxlen` sets the width. What is longer is cut, at the front unless you say `truncating="post"`.
# For numbers with a fraction, pass `dtype="float32"`.
#
# If in doubt, pad after the sequence. Then step 0 is the first note of every row, and the fast
# kernels of a GPU can work with such padding, as [a later section](#pre-or-post) explains.
#
# ## Where a mask comes from {#where-a-mask-comes-from}
#
# A mask is an array of booleans with one entry per step. `True` means "use this step", `False`
# means "skip it". Two layers make one from the data. The first is
# [`Embedding`](https://keras.io/api/layers/core_layers/embedding/) with `mask_zero=True`. It looks
# up a vector for each number, and takes every 0 for padding. So no note can be 0, and `input_dim`
# must count the 0 too: 9 notes and the padding make 10.
#
# `compute_mask()`, a method of every layer that supports masking, answers which mask belongs to the
# layer's output. We call it here to look at the mask. In a model, Keras calls it for you.

# %% alt="Two grids of three rows and five columns. On the left the notes, with zeros after the second and the third melody. On the right the mask: True where there is a note, False where there is a zero."
embedding = layers.Embedding(input_dim=10, output_dim=4, mask_zero=True)
mask = ops.convert_to_numpy(embedding.compute_mask(post_padded))

fig, grids = plt.subplots(1, 2, figsize=(7, 2.6))
for axes, shown, title in zip(grids, (post_padded, mask), ("padded batch", "mask"), strict=True):
    axes.imshow(mask, cmap="Blues", vmin=-0.4, vmax=2.2)
    for (row, step), value in np.ndenumerate(shown):
        axes.text(step, row, str(value), ha="center", va="center")
    axes.set(title=title, xlabel="step", ylabel="melody", xticks=range(5), yticks=range(3))
plt.tight_layout()
plt.show()

# %% tags=["test"]
assert mask.dtype == bool
assert np.array_equal(mask, post_padded != 0)
assert layers.Embedding(10, 4).compute_mask(post_padded) is None

# %% [markdown]
# The second is [`Masking`](https://keras.io/api/layers/core_layers/masking/), for sequences whose
# steps are vectors already. It masks a step if *all* of its features equal `mask_value`. The
# default is 0, but a sensor may well read 0 on every channel. So pad with a value that cannot
# occur:

# %%
recordings = [[[0.5, 1.0], [0.0, 0.0], [0.2, 0.4]], [[0.9, 0.3]]]
padded = keras.utils.pad_sequences(recordings, padding="post", dtype="float32", value=-1)

recordings_mask = ops.convert_to_numpy(layers.Masking(mask_value=-1).compute_mask(padded))
print(recordings_mask)

# %% tags=["test"]
assert recordings_mask.tolist() == [[True, True, True], [True, False, False]]
# The default would take the quiet second step for padding.
assert not ops.convert_to_numpy(layers.Masking().compute_mask(padded))[0, 1]

# %% [markdown]
# ## Reading a mask in a layer {#reading-a-mask}
#
# A layer gets the mask of its input if its `call()` has an argument named `mask`. Keras attaches
# masks to tensors, and fills the argument in.
#
# The layer below counts the steps that are not masked. It makes a good probe for what arrives at
# some place in a model. What it returns has no steps any more, so `compute_mask()` returns `None`:
# no mask.


# %%
class CountSteps(layers.Layer):
    def call(self, inputs, mask=None):
        if mask is None:
            mask = ops.ones(ops.shape(inputs)[:2], dtype="bool")
        return ops.sum(ops.cast(mask, "int32"), axis=1)

    def compute_mask(self, inputs, mask=None):
        return None


def count(tensor, **arguments):
    return ops.convert_to_numpy(CountSteps()(tensor, **arguments)).tolist()


vectors = embedding(post_padded)
plain = ops.copy(vectors)  # the same numbers, but not from the embedding
print("mask from the embedding:", count(vectors))
print("no mask:                ", count(plain))
print("mask passed by hand:    ", count(plain, mask=ops.convert_to_tensor(mask)))

# %% tags=["test"]
assert count(vectors) == count(plain, mask=ops.convert_to_tensor(mask)) == [5, 2, 3]
assert count(plain) == [5, 5, 5]

# %% [markdown]
# Of Keras' own layers, these are the most common ones that read the mask:
#
# - `LSTM`, `GRU` and `SimpleRNN`, and `Bidirectional` around them, keep their state as it is in a
#   masked step
# - `GlobalAveragePooling1D` averages over the real steps only
# - `MultiHeadAttention` pays no attention to masked steps
# - `BatchNormalization` leaves them out of its statistics when it trains
#
# Take empty sequences out of the data. `GlobalAveragePooling1D` returns `nan` for them, which
# spoils the loss of the whole batch.
#
# ## How masks travel {#how-masks-travel}
#
# Each layer decides what becomes of the mask. `Dense`, `Dropout` or `LayerNormalization` treat
# every step by itself, so they pass it on. A recurrent layer passes it on if it returns a sequence.
# If it returns only the last state, the steps are gone, and so is the mask. In a [Sequential
# model](sequential_model.md) this needs no code. The mask made by the first layer is still there at
# the end:

# %%
tagger = keras.Sequential(
    [
        layers.Input(shape=(None,), dtype="int32"),
        layers.Embedding(input_dim=10, output_dim=4, mask_zero=True),
        layers.GRU(8, return_sequences=True),
        layers.Dense(3, activation="softmax"),
    ]
)
print(count(tagger(post_padded)))

# %% [markdown]
# It is the same in a [functional model](functional_api.md). This one has a probe in three places:

# %%
notes = layers.Input(shape=(None,), dtype="int32")
embedded = layers.Embedding(input_dim=10, output_dim=4, mask_zero=True)(notes)
normalized = layers.LayerNormalization()(embedded)
doubled = ops.multiply(normalized, 2)

probes = keras.Model(notes, [CountSteps()(x) for x in (embedded, normalized, doubled)])
counts = [ops.convert_to_numpy(result).tolist() for result in probes(post_padded)]
print("after Embedding:         ", counts[0])
print("after LayerNormalization:", counts[1])
print("after ops.multiply:      ", counts[2])

# %% tags=["test"]
assert count(tagger(post_padded)) == [5, 2, 3]
assert counts == [[5, 2, 3], [5, 2, 3], [5, 5, 5]]
assert layers.GRU(4).compute_mask(vectors, mask) is None

# %% [markdown]
# Look at the last line. A function of `keras.ops`, or an operator as in `normalized * 2`, returns a
# new tensor without a mask, and says nothing about it. Where the mask matters further on, put such
# arithmetic into a layer. `Conv1D` and other layers that mix neighboring steps have no clear
# answer as to which of their output steps should be masked. They drop the mask too, but with a
# warning, which we catch and print here:

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    layers.Conv1D(4, kernel_size=3, name="conv")(vectors)
print(caught[-1].message)

# %% tags=["test"]
assert "does not support masking" in str(caught[-1].message)

# %% [markdown]
# ## Layers that keep or change a mask {#layers-that-keep-or-change-a-mask}
#
# A [layer of your own](making_new_layers_and_models_via_subclassing.md) also drops the mask with
# this warning, unless you say what to do. If its steps stay what they are, set `supports_masking`.
# If they become others, override `compute_mask()`, which gets the inputs with their mask and
# returns the mask of the outputs. `JoinPairs` joins neighboring steps two by two, so half as many
# steps come out. The number of steps must be even. A pair counts if at least one of its steps is
# real:


# %%
class Double(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return inputs * 2


class JoinPairs(layers.Layer):
    def call(self, inputs):
        batch, steps, features = ops.shape(inputs)
        return ops.reshape(inputs, (batch, steps // 2, 2 * features))

    def compute_mask(self, inputs, mask=None):
        if mask is None:
            return None
        batch, steps = ops.shape(mask)
        return ops.any(ops.reshape(mask, (batch, steps // 2, 2)), axis=2)


six_steps = keras.utils.pad_sequences(melodies, maxlen=6, padding="post")
doubled = Double()(embedding(six_steps))
pairs = JoinPairs()(doubled)
print("Double:   ", tuple(doubled.shape), count(doubled))
print("JoinPairs:", tuple(pairs.shape), count(pairs))

# %% tags=["test"]
assert count(doubled) == [5, 2, 3]
assert tuple(pairs.shape) == (3, 3, 8)
assert count(pairs) == [3, 1, 2]

# %% [markdown]
# `compute_mask()` may also look at the values in `inputs`, and so make a new mask, as `Masking`
# does.
#
# ## Losses and metrics {#losses-and-metrics}
#
# Our `tagger` predicts one of three classes for every step. If a model's output carries a mask,
# Keras' losses and metrics give masked steps the weight 0, and average over the others. We check
# this with random labels, and a loss computed by hand:

# %%
labels = np.random.default_rng(2026).integers(0, 3, size=post_padded.shape)

tagger.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
scores = tagger.evaluate(post_padded, labels, verbose=0, return_dict=True)

probabilities = tagger.predict(post_padded, verbose=0)
step_losses = -np.log(np.take_along_axis(probabilities, labels[..., None], axis=2)[..., 0])
hits = probabilities.argmax(axis=2) == labels

print(f"averages over {mask.sum()} of {mask.size} steps:")
print("loss:    ", np.isclose(scores["loss"], step_losses[mask].mean(), atol=1e-3))
print("accuracy:", np.isclose(scores["accuracy"], hits[mask].mean(), atol=1e-3))

# %% tags=["test"]
assert np.isclose(scores["loss"], step_losses[mask].mean(), atol=1e-3)
assert np.isclose(scores["accuracy"], hits[mask].mean(), atol=1e-3)

# %% [markdown]
# A loss that you write as a function is treated the same way, if it returns one value per step and
# leaves the averaging to Keras. So is a metric written as a function. A [metric
# class](https://keras.io/api/metrics/base_metric/) with an `update_state()` of its own has to skip
# the padding by itself. That method gets labels and predictions, not the mask, so keep one label
# for padding. Here it is -1. When you train on such labels, the loss must know that label too:
# `keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)`. The metric below tells in what
# share of the melodies *all* steps are right:


# %%
class AllStepsRight(keras.metrics.Mean):
    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.cast(y_true, "int32")
        right = ops.equal(y_true, ops.cast(ops.argmax(y_pred, axis=-1), "int32"))
        skipped = ops.equal(y_true, -1)
        return super().update_state(ops.all(right | skipped, axis=1), sample_weight)


# Perfect labels for the first two melodies, one wrong step in the third.
targets = np.where(mask, probabilities.argmax(axis=2), -1)
targets[2, 1] = (targets[2, 1] + 1) % 3

metric = AllStepsRight()
metric.update_state(targets, probabilities)
print(f"{float(metric.result()):.3f}")

# %% tags=["test"]
assert abs(float(metric.result()) - 2 / 3) < 1e-5

# %% [markdown]
# ## Padding before or after {#pre-or-post}
#
# A masked step leaves the state of a recurrent layer untouched. So it makes no difference to the
# last state where the padding is:

# %%
gru = layers.GRU(4, use_cudnn=False)  # for TensorFlow on a GPU, see below
state_pre = ops.convert_to_numpy(gru(embedding(pre_padded)))
state_post = ops.convert_to_numpy(gru(embedding(post_padded)))
print("same last state:", np.allclose(state_pre, state_post, atol=1e-3))

# %% tags=["test"]
assert np.allclose(state_pre, state_post, atol=1e-3)
state_unmasked = ops.convert_to_numpy(gru(ops.copy(embedding(post_padded))))
assert np.abs(state_post - state_unmasked).max() > 1e-3

# %% [markdown]
# It can make a difference to speed. On an NVIDIA GPU, `GRU` and `LSTM` may hand the whole sequence
# to a fast kernel of the library cuDNN. What happens if there is a mask depends on the backend:
#
# - **TensorFlow** uses cuDNN, but only padding after the sequence will do, and no row may be empty.
#   For all other masks, pass `use_cudnn=False` to the layer, or `fit()` and `predict()` stop with
#   an error
# - **JAX** uses Keras' own loop over the steps, compiled with XLA; any mask will do
# - **PyTorch** uses a Python loop over the steps; any mask will do, but long sequences take long
#
# On a CPU, no backend uses cuDNN. Do not use what a recurrent layer returns *at* masked steps: it
# may be the output of the step before, or 0.
#
# ## With a mask, the amount of padding does not matter {#a-trained-example}
#
# Now we throw dice: 3 to 12 throws make a sequence, and its label is 1 if the last throw is higher
# than the one before it. That is easy, but only for a model that knows where a sequence ends.

# %% tags=["parameters"]
num_sequences = 2048
epochs = 8

# %%
rng = np.random.default_rng(7)
throws = [rng.integers(1, 7, size=rng.integers(3, 13)) for _ in range(num_sequences)]
rises = np.array([throw[-1] > throw[-2] for throw in throws], dtype="float32")

tight = keras.utils.pad_sequences(throws, maxlen=12, padding="post")
loose = keras.utils.pad_sequences(throws, maxlen=24, padding="post")

# %% [markdown]
# We train the same small network four times: padded to 12 steps and to 24, with a mask and without
# one. The seed is set anew each time, so all four start from the same weights and see the data in
# the same order.


# %%
def trained(data, mask_zero):
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [
            layers.Input(shape=(None,), dtype="int32"),
            layers.Embedding(input_dim=7, output_dim=8, mask_zero=mask_zero),
            layers.GRU(16),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
    history = model.fit(data, rises, batch_size=64, epochs=epochs, verbose=0)
    return model, history.history["loss"]


model, masked_tight = trained(tight, mask_zero=True)
_, masked_loose = trained(loose, mask_zero=True)
_, unmasked_tight = trained(tight, mask_zero=False)
_, unmasked_loose = trained(loose, mask_zero=False)

# %% tags=["varies"] alt="Training loss over eight epochs for four runs. The two runs with a mask, of 12 and of 24 steps, lie exactly on each other and fall at once. The two runs without a mask stay high for some epochs more."
numbers = range(1, epochs + 1)
plt.figure(figsize=(7, 3.4))
plt.plot(numbers, masked_tight, "-", color="C0", label="mask, 12 steps")
plt.plot(numbers, masked_loose, "o", color="C0", mfc="white", label="mask, 24 steps")
plt.plot(numbers, unmasked_tight, "--^", color="C1", label="no mask, 12 steps")
plt.plot(numbers, unmasked_loose, ":s", color="C3", label="no mask, 24 steps")
plt.title("Is the last throw higher than the one before?")
plt.xlabel("epoch")
plt.ylabel("training loss")
plt.legend()
plt.show()

# %% tags=["test"]
assert np.array_equal(tight, loose[:, :12])
assert not loose[:, 12:].any()
assert np.isfinite(masked_tight + masked_loose + unmasked_tight + unmasked_loose).all()
assert np.allclose(masked_tight, masked_loose, atol=5e-3)

# %% tags=["test", "full"]
if num_sequences == 2048:
    assert not np.allclose(unmasked_tight, unmasked_loose, atol=5e-3)
    assert sum(masked_tight) + 0.3 < min(sum(unmasked_tight), sum(unmasked_loose))

# %% [markdown]
# With a mask, twelve more columns of padding change nothing. Without one, the model must first find
# out what padding is, and then carry its answer across it.
#
# The strictest test is one without padding: the masked model gets one sequence at a time, at its
# own length, and must answer as it does for the padded batch.

# %%
together = ops.convert_to_numpy(model(loose[:3]))
alone = np.concatenate([ops.convert_to_numpy(model(throw[None])) for throw in throws[:3]])
print("lengths:", [len(throw) for throw in throws[:3]])
print("same answers:", np.allclose(together, alone, atol=1e-3))

# %% tags=["test"]
assert together.shape == alone.shape == (3, 1)
assert np.allclose(together, alone, atol=1e-3)

# %% [markdown]
# Padding still costs time, because masked steps are usually computed and thrown away. If lengths
# differ a lot, put sequences of similar length into one batch, and pad each batch only as far as it
# needs. Keep to few different widths, though: JAX compiles the model anew for each.
#
# ## Further reading {#further-reading}
#
# - [Layers and models of your own](making_new_layers_and_models_via_subclassing.md) has more about
#   the arguments `mask` and `training` of `call()`
# - [The Functional API](functional_api.md), for models with several sequences as inputs
# - [Training with the built-in methods](training_with_built_in_methods.md) explains
#   `sample_weight`, the way to leave steps out where no mask exists
# - The API pages of the [recurrent layers](https://keras.io/api/layers/recurrent_layers/) and the
#   [attention layers](https://keras.io/api/layers/attention_layers/)
