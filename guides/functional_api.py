# ---
# title: The Functional API
# description: Describe a model as a graph of layers, with branches, shared parts and several outputs.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: building_models
# tags: [model-building, feature-extraction, custom-layers, subclassing]
# accelerator: none
# backends: [jax, tensorflow, torch]
# datasets: [mnist]
# requires: [matplotlib, pydot]
# quick: {epochs: 1, bed_epochs: 2}
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
# [A stack of layers](sequential_model.md) has one way through it. Many models need more: two
# inputs, two answers, a layer used twice, a shortcut around a block. With the Functional API you
# *call layers on tensors that hold no data yet*, and Keras keeps the graph of these calls.

# %% [markdown]
# ## Setup {#setup}
#
# Choose a backend by its name before Keras is imported: `"jax"`, `"tensorflow"` or `"torch"`. The
# rest of the code is the same on all three.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

os.environ["KERAS_BACKEND"] = "jax"

import keras

keras.utils.set_random_seed(2026)
to_numpy = keras.ops.convert_to_numpy

# %% [markdown]
# ## A graph of layers {#a-graph-of-layers}
#
# `keras.Input` makes such a tensor: a shape and a data type (`dtype`), but no numbers. The first
# axis, for the batch, is left out. We name the type because pictures of MNIST come as bytes. Each
# call of a layer adds a node to the graph, and returns the next tensor. `keras.Model` then takes
# the two ends:

# %%
picture = keras.Input(shape=(28, 28), dtype="uint8", name="picture")
pixels = keras.layers.Rescaling(1 / 255, name="scale")(picture)
flat = keras.layers.Flatten(name="flatten")(pixels)
hidden = keras.layers.Dense(64, activation="relu", name="hidden")(flat)
digit = keras.layers.Dense(10, activation="softmax", name="digit")(hidden)

classifier = keras.Model(inputs=picture, outputs=digit, name="classifier")
print("hidden:", hidden.shape, hidden.dtype)
classifier.summary()

# %% [markdown]
# ## Train, save and reload {#train-save-and-reload}
#
# How a model was described makes no difference from here on: `compile()`, `fit()` and `evaluate()`
# [work as for any model](training_with_built_in_methods.md). The first 12,800 pictures will do.

# %% tags=["parameters"]
epochs = 5  # on digits
bed_epochs = 30  # on garden beds, further down

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, y_train = x_train[:12_800], y_train[:12_800]

# %% tags=["quick"]
x_train, y_train, x_test, y_test = x_train[:512], y_train[:512], x_test[:512], y_test[:512]

# %% tags=["varies"]
classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = classifier.fit(x_train, y_train, batch_size=64, epochs=epochs, verbose=2)
test_loss, test_accuracy = classifier.evaluate(x_test, y_test, batch_size=256, verbose=0)
print(f"test accuracy: {test_accuracy:.3f}")

# %% [markdown]
# Because the model is data (a list of layers, and who is connected to whom), a file can hold all of
# it. To [load it](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/), you do
# not need the code above:

# %%
classifier.save("classifier.keras")
reloaded = keras.saving.load_model("classifier.keras")

sample = x_test[:64]
old, new = to_numpy(classifier(sample)), to_numpy(reloaded(sample))
print("same predictions:", np.allclose(old, new, atol=1e-3))

# %% tags=["test"]
assert hidden.shape == (None, 64)
assert classifier.count_params() == (784 * 64 + 64) + (64 * 10 + 10)
assert [layer.name for layer in classifier.layers] == ["picture", "scale", "flatten", "hidden", "digit"]
assert np.isfinite(history.history["loss"]).all()
assert reloaded is not classifier
assert np.allclose(old, new, atol=1e-3)
assert np.allclose(old.sum(axis=-1), 1, atol=1e-3)

# %% [markdown]
# ## Several models from one graph {#several-models-from-one-graph}
#
# A model is a *view*: all that lies between some inputs and some outputs. One graph can be seen in
# several ways. An autoencoder squeezes a picture through a narrow code and tries to restore it. Its
# first half, its second half and the whole are three models that share their weights. The layers
# start from `flat`, which we already have, and `decoder` begins at an inner tensor, `code`:

# %%
squeezed = keras.layers.Dense(64, activation="relu", name="squeeze")(flat)
code = keras.layers.Dense(16, name="code")(squeezed)
widened = keras.layers.Dense(64, activation="relu", name="widen")(code)
restored = keras.layers.Dense(784, activation="sigmoid", name="restore")(widened)
restored = keras.layers.Reshape((28, 28), name="reshape")(restored)

encoder = keras.Model(picture, code, name="encoder")
decoder = keras.Model(code, restored, name="decoder")
autoencoder = keras.Model(picture, restored, name="autoencoder")

for model in (encoder, decoder, autoencoder):
    print(f"{model.name:<12}{model.input_shape} to {model.output_shape}: {model.count_params():,}")

# %% [markdown]
# We train only the whole. Its parts learn with it:

# %% tags=["varies"] alt="Two rows of eight digits. Above, pictures of the test set; below, what the autoencoder restores from 16 numbers each: the same digits, somewhat blurred."
autoencoder.compile(optimizer="adam", loss="mse")
autoencoder.fit(x_train, x_train / np.float32(255), batch_size=64, epochs=epochs, verbose=0)

codes = encoder(sample)
pictures = to_numpy(decoder(codes))

figure, axes = plt.subplots(2, 8, figsize=(7, 2.2))
for axis, image in zip(axes.flat, [*sample[:8], *pictures[:8]], strict=True):
    axis.imshow(image, cmap="gray")
    axis.axis("off")
figure.suptitle("Above: originals. Below: restored from 16 numbers")
plt.show()

# %% [markdown]
# ## Models as layers {#nesting-and-ensembles}
#
# A model can be called on a tensor, like a layer. It brings its weights with it. So models nest,
# and an *ensemble*, which averages the answers of several, takes only a few lines:


# %%
def new_member(name):
    features = keras.Input(shape=(16,))
    answer = keras.layers.Dense(10, activation="softmax")(features)
    return keras.Model(features, answer, name=name)


members = [new_member(f"member_{n}") for n in range(3)]
features = encoder(picture)
mean = keras.layers.Average(name="mean")([member(features) for member in members])
ensemble = keras.Model(picture, mean, name="ensemble")
print([layer.name for layer in ensemble.layers])

single = [to_numpy(member(codes)) for member in members]
print("is the mean:", np.allclose(np.mean(single, axis=0), to_numpy(ensemble(sample)), atol=1e-3))

# %% tags=["test"]
assert np.allclose(pictures, to_numpy(autoencoder(sample)), atol=1e-3)
assert encoder.count_params() + decoder.count_params() == autoencoder.count_params()
assert encoder.get_layer("code") is autoencoder.get_layer("code")
assert decoder.get_layer("widen") is autoencoder.get_layer("widen")
assert decoder.input_shape == (None, 16)
assert ensemble.count_params() == encoder.count_params() + 3 * (16 * 10 + 10)
assert np.allclose(np.mean(single, axis=0), to_numpy(ensemble(sample)), atol=1e-3)
assert not np.allclose(single[0], single[1], atol=1e-3)
assert ensemble.get_layer("encoder") is encoder

# %% [markdown]
# ## Several inputs and outputs {#several-inputs-and-outputs}
#
# Here the Functional API is at its best. Think of an adviser for garden beds. It knows the weather
# of the last 24 hours (temperature and sunshine), the kind of soil (one of three) and the area of
# the bed. It is to say how many litres of water the bed needs, and whether there was frost. We make
# up the data, by simple rules:

# %%
rng = np.random.default_rng(2026)
beds = 2_048
hours = np.arange(24)
daily = np.sin((hours - 9) * np.pi / 12)
temperature = rng.uniform(-4, 22, (beds, 1)) + rng.uniform(2, 8, (beds, 1)) * daily
sunshine = rng.uniform(0, 1, (beds, 1)) * daily.clip(0)

bed_inputs = {
    "weather": np.stack([temperature / 10, sunshine], axis=-1).astype("float32"),
    "soil": rng.integers(0, 3, (beds, 1)).astype("int32"),
    "area": rng.uniform(0.5, 2, (beds, 1)).astype("float32"),
}
thirst = np.array([1.5, 1.0, 0.5])[bed_inputs["soil"]]  # sand, loam, clay
need = bed_inputs["area"] * thirst * (1 + sunshine.max(axis=1, keepdims=True))
freezing = temperature.min(axis=1, keepdims=True) < 0
bed_targets = {"litres": need.astype("float32"), "frost": freezing.astype("float32")}

# %% tags=["quick"]
bed_inputs = {name: array[:256] for name, array in bed_inputs.items()}
bed_targets = {name: array[:256] for name, array in bed_targets.items()}

# %% [markdown]
# Each input is read in its own way. Frost is told from the weather alone; for the litres, all
# branches meet:

# %%
weather = keras.Input(shape=(24, 2), name="weather")
soil = keras.Input(shape=(1,), dtype="int32", name="soil")
area = keras.Input(shape=(1,), name="area")

day = keras.layers.Conv1D(16, 5, activation="relu", name="patterns")(weather)
day = keras.layers.GlobalMaxPooling1D(name="strongest")(day)
ground = keras.layers.Flatten(name="ground")(keras.layers.Embedding(3, 4, name="soils")(soil))
joined = keras.layers.Concatenate(name="joined")([day, ground, area])
joined = keras.layers.Dense(32, activation="relu", name="thinking")(joined)

litres = keras.layers.Dense(1, name="litres")(joined)
frost = keras.layers.Dense(1, activation="sigmoid", name="frost")(day)
bed = {"weather": weather, "soil": soil, "area": area}
adviser = keras.Model(inputs=bed, outputs={"litres": litres, "frost": frost}, name="adviser")

# %% [markdown]
# With branches, a plot says more than a summary. `plot_model` needs the package `pydot` and the
# program Graphviz.

# %% needs=["dot"] alt="A graph of boxes. The inputs weather, soil and area meet in a box called joined, which leads to the output litres. The output frost hangs on the branch of the weather alone."
keras.utils.plot_model(adviser, "adviser.png", show_layer_names=True, show_shapes=True, dpi=60)

# %% [markdown]
# With dictionaries for inputs and outputs, the order does not matter. Losses, their weights,
# metrics and data are given by the same names. `fit()` makes the weighted sum of the two losses
# small:

# %% tags=["varies"]
adviser.compile(
    optimizer=keras.optimizers.Adam(3e-3),
    loss={"litres": "mse", "frost": "binary_crossentropy"},
    loss_weights={"litres": 1.0, "frost": 0.5},
    metrics={"frost": ["accuracy"]},
)
bed_log = adviser.fit(
    bed_inputs, bed_targets, batch_size=64, epochs=bed_epochs, validation_split=0.25, verbose=0
).history

for name in ("val_litres_loss", "val_frost_loss", "val_frost_accuracy"):
    print(f"{name:<20}first epoch {bed_log[name][0]:.3f}   last {bed_log[name][-1]:.3f}")

# %% [markdown]
# ## Shared layers {#shared-layers}
#
# To share weights, call the same layer twice. Here the trained encoder reads two pictures, and the
# model returns how far their codes differ. Functions of `keras.ops`, and plain arithmetic, may
# stand in the graph beside layers; Keras turns them into nodes. The new model has no weights but
# those of the encoder:

# %% tags=["varies"]
left = keras.Input(shape=(28, 28), dtype="uint8", name="left")
right = keras.Input(shape=(28, 28), dtype="uint8", name="right")
distance = keras.ops.mean(keras.ops.square(encoder(left) - encoder(right)), axis=-1)
compare = keras.Model([left, right], distance, name="compare")

distances = to_numpy(compare([x_test[:256], x_test[256:512]]))
same_digit = y_test[:256] == y_test[256:512]
print(f"mean distance, same digit:   {distances[same_digit].mean():.2f}")
print(f"mean distance, other digits: {distances[~same_digit].mean():.2f}")

# %% tags=["test"]
advice = adviser.predict(bed_inputs, verbose=0)
assert set(advice) == {"litres", "frost"}
assert advice["litres"].shape == advice["frost"].shape == (len(bed_inputs["area"]), 1)
total = np.array(bed_log["litres_loss"]) + 0.5 * np.array(bed_log["frost_loss"])
assert np.allclose(bed_log["loss"], total, rtol=0.02)
assert 0 < bed_targets["frost"].mean() < 1
swapped = to_numpy(compare([x_test[256:512], x_test[:256]]))
assert compare.count_params() == encoder.count_params()
assert distances.shape == (256,)
assert np.allclose(distances, swapped, rtol=0.02, atol=1e-2)

# %% [markdown]
# ## A residual network {#a-residual-network}
#
# A residual block adds its input to its output, so that the block only has to learn a change. A
# Python function is a good way to write a motif that repeats:


# %% tags=["varies"]
def residual_block(x, name):
    y = keras.layers.Conv2D(8, 3, padding="same", activation="relu", name=f"{name}_conv")(x)
    return keras.layers.Add(name=f"{name}_add")([x, y])


x = keras.layers.Reshape((28, 28, 1), name="channel")(pixels)
x = keras.layers.Conv2D(8, 4, strides=4, activation="relu", name="stem")(x)
x = residual_block(x, "block_1")
x = residual_block(x, "block_2")
x = keras.layers.Flatten(name="summary")(x)
outputs = keras.layers.Dense(10, activation="softmax", name="digit")(x)
resnet = keras.Model(picture, outputs, name="resnet")

resnet.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
resnet_log = resnet.fit(x_train, y_train, batch_size=64, epochs=epochs, verbose=2).history

# %% [markdown]
# ## Taking nodes out of a graph {#extracting-and-reusing-nodes}
#
# The graph stays open to you. Every layer in it tells its `output`, and any such tensor can end a
# new model, or carry new layers. We look at what comes out of each block, and put a second head on
# the trained network, for *even or odd*. (A layer that was called more than once tells the tensor
# of its first call.)

# %%
blocks = [layer.output for layer in resnet.layers if layer.name.endswith("_add")]
viewer = keras.Model(resnet.input, blocks, name="viewer")
print([tuple(output.shape) for output in viewer(sample)])

parity = keras.layers.Dense(1, activation="sigmoid", name="parity")(resnet.get_layer("summary").output)
two_heads = keras.Model(resnet.input, [resnet.output, parity], name="two_heads")
print("outputs:", two_heads.output_shape)

# %% tags=["test"]
assert resnet.count_params() == (16 * 8 + 8) + 2 * (9 * 8 * 8 + 8) + (392 * 10 + 10)
assert [tuple(o.shape) for o in viewer(sample)] == [(64, 7, 7, 8)] * 2
assert two_heads.count_params() == resnet.count_params() + 392 + 1
assert np.allclose(to_numpy(two_heads(sample)[0]), to_numpy(resnet(sample)), atol=1e-3)

# %% [markdown]
# ## Layers of your own {#custom-layers}
#
# Any subclass of [`Layer`](https://keras.io/api/layers/base_layer/) fits in. This one holds centres
# that it can learn, and returns the mean squared distance to each. `get_config()` returns what the
# constructor needs, so that a saved model can make the layer again; registering it lets
# `load_model` find the class.


# %%
@keras.saving.register_keras_serializable(package="guide")
class Centres(keras.layers.Layer):
    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def build(self, input_shape):
        shape = (self.count, input_shape[-1])
        self.centres = self.add_weight(shape=shape, initializer="normal", name="centres")

    def call(self, inputs):
        difference = keras.ops.expand_dims(inputs, axis=1) - self.centres
        return keras.ops.mean(keras.ops.square(difference), axis=-1)

    def get_config(self):
        return {**super().get_config(), "count": self.count}


nearest = keras.Model(picture, Centres(5, name="centres")(encoder(picture)), name="nearest")
nearest.save("nearest.keras")
copy = keras.saving.load_model("nearest.keras")
print(nearest.output_shape, "- in the copy:", copy.get_layer("centres").count, "centres")

# %% [markdown]
# ## Strengths and limits {#strengths-and-limits}
#
# What speaks for a graph: it can be printed, plotted, saved without code, and taken apart, and
# shapes are checked in the line that joins two tensors. `keras.layers.Add()([hidden, code])`, say,
# raises a `ValueError` about the shapes `(64,)` and `(16,)`, before there is any data.
#
# What speaks against it: the graph is drawn once, and the same for every input. Where the way
# through depends on the data, as in networks over trees, or where a Python loop carries a state
# from step to step, [write a subclass](making_new_layers_and_models_via_subclassing.md).
#
# You need not decide for good. A subclass can own graphs, and a graph can contain subclasses. This
# model asks a graph several times with dropout switched on, to see how far the answers agree:


# %%
class Doubter(keras.Model):
    def __init__(self, core, tries, **kwargs):
        super().__init__(**kwargs)
        self.core, self.tries = core, tries

    def call(self, inputs):
        answers = [self.core(inputs, training=True) for _ in range(self.tries)]
        return keras.ops.std(keras.ops.stack(answers), axis=0)


noisy = keras.layers.Dropout(0.3, seed=1)(hidden)
core = keras.Model(picture, classifier.get_layer("digit")(noisy), name="core")
spread = Doubter(core, tries=5, name="doubter")(picture)  # a subclass, on a tensor of a graph
doubts = keras.Model(picture, keras.ops.max(spread, axis=-1), name="doubts")
print("layers:", [layer.name for layer in doubts.layers], "- output:", doubts.output_shape)

# %% tags=["test"]
centres = nearest.get_layer("centres").get_weights()[0]
by_hand = np.square(to_numpy(codes)[:, None] - centres).mean(axis=-1)
assert np.allclose(to_numpy(nearest(sample)), by_hand, rtol=0.02, atol=1e-2)
assert np.allclose(to_numpy(copy(sample)), to_numpy(nearest(sample)), atol=1e-3)
assert copy.get_layer("centres").count == 5
spreads = to_numpy(doubts(sample))
assert spreads.shape == (64,)
assert spreads.max() > 0
assert doubts.count_params() == classifier.count_params()

# %% tags=["test", "full"]
# With the small arrays of a quick run, the models learn too little for these.
if len(x_train) == 12_800:
    assert test_accuracy > 0.9
    assert bed_log["val_loss"][-1] < 0.5 * bed_log["val_loss"][0]
    assert bed_log["val_frost_accuracy"][-1] > 0.9
    assert distances[same_digit].mean() < distances[~same_digit].mean()
    assert resnet_log["accuracy"][-1] > 0.9

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [New layers and models by subclassing](making_new_layers_and_models_via_subclassing.md)
# - [Training with the built-in methods](training_with_built_in_methods.md), with more on several
#   outputs
# - [Saving and loading](serialization_and_saving.md), and [transfer learning](transfer_learning.md)
# - [The reference of `Model`](https://keras.io/api/models/model/)
