# ---
# title: The Sequential model
# description: Stack layers one on another, look inside the stack, and freeze parts of it for reuse.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: building_models
# tags: [model-building, feature-extraction, transfer-learning, freezing]
# accelerator: none
# backends: [jax, tensorflow, torch]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {first_epochs: 1, second_epochs: 2}
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
# Many networks are a plain stack: the output of each layer is the input of the next one, and
# nothing branches. `keras.Sequential` is the shortest way to write such a model.
#
# This guide shows when a stack is the right form, what a model knows before and after it has met
# its input, how to look inside while you build, and how to reuse a trained stack for a new task.

# %% [markdown]
# ## Setup {#setup}
#
# The guide runs unchanged on JAX, TensorFlow and PyTorch. Choose the backend by its name, before
# Keras is imported. The seed makes a second run on the same machine start from the same weights.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

os.environ["KERAS_BACKEND"] = "jax"

import keras

keras.utils.set_random_seed(2026)

# %% [markdown]
# ## When a stack is enough {#when-to-use-it}
#
# A [`Sequential`](https://keras.io/api/models/sequential/) model fits where every layer takes **one
# tensor** and returns **one tensor**. To call the model is to call its layers in order. Here is a
# small one, for records of six numbers each:

# %%
stack = keras.Sequential(
    [
        keras.Input(shape=(6,)),
        keras.layers.Dense(8, activation="relu", name="widen"),
        keras.layers.Dense(1, name="score"),
    ],
    name="stack",
)

x = records = np.linspace(-1, 1, 18, dtype="float32").reshape(3, 6)
for layer in stack.layers:
    x = layer(x)
by_hand, by_model = keras.ops.convert_to_numpy(x), keras.ops.convert_to_numpy(stack(records))
print("equal:", np.allclose(by_hand, by_model, atol=1e-3), by_model.shape)

# %% tags=["test"]
assert by_model.shape == (3, 1)
assert stack.count_params() == (6 * 8 + 8) + (8 + 1)
assert np.allclose(by_hand, by_model, atol=1e-3)

# %% [markdown]
# A stack is the wrong form as soon as one of these is true:
#
# - the model, or one of its layers, has several inputs or several outputs
# - a layer is used in two places
# - the data goes two ways and meets again, as in a residual connection
#
# For all of these, use [the Functional API](functional_api.md). It asks for a few more characters
# for each layer, and describes any graph. Where the computation depends on the data itself, write
# [a subclass](making_new_layers_and_models_via_subclassing.md).

# %% [markdown]
# ## With and without an input shape {#with-and-without-an-input-shape}
#
# A [`Dense`](https://keras.io/api/layers/core_layers/dense/) layer holds a matrix with one row for
# each input feature. Until the layer knows how many features there are, the matrix cannot exist.
# The same is true of most layers with weights. So a model without `keras.Input` has none at first.
# It is *not built*, and its summary has question marks:

# %%
waiting = keras.Sequential(
    [keras.layers.Dense(8, activation="relu", name="first"), keras.layers.Dense(2, name="second")],
    name="waiting",
)
weights_at_first = len(waiting.weights)
print("weights:", weights_at_first)
waiting.summary()

# %% [markdown]
# The first batch of data brings the shape along, and the model builds itself from it. Here we call
# the model; `fit()` does the same with its first batch. Each layer now has a matrix and a bias, and
# the number of features is settled. The size of the batch stays free.

# %%
waiting(np.zeros((5, 6), dtype="float32"))
for weight in waiting.weights:
    print(f"{weight.path:<22}{tuple(weight.shape)}")

print("nine records:  ", tuple(waiting(np.zeros((9, 6), dtype="float32")).shape))
try:
    waiting(np.zeros((5, 7), dtype="float32"))
except ValueError as error:
    refusal = str(error)
    print("seven features:", type(error).__name__)

# %% tags=["test"]
assert weights_at_first == 0
assert waiting.built
assert [tuple(w.shape) for w in waiting.weights] == [(6, 8), (8,), (8, 2), (2,)]
assert "to have value 6" in refusal

# %% [markdown]
# It also works without data: `waiting.build((None, 6))` would have given weights of the same
# shapes. The shape for `build()` includes the batch, written as `None` because it may have any
# size. The shape for `keras.Input` leaves it out.
#
# **As a rule, begin with `keras.Input` where you know the shape.** The weights exist at once, the
# summary is complete, shape mistakes show up where the model is made, and the model can be taken
# apart as shown below. Leave it out where the shape is known only once the data is loaded.

# %% [markdown]
# ## Looking at the stack as it grows {#looking-at-the-stack-as-it-grows}
#
# Instead of a list, you can use the methods `add()`, which puts a layer on top, and `pop()`, which
# takes the topmost one off. With convolutions and strides it is easy to lose track of the shapes.
# So add the layers one by one, and ask for the shape after each. This needs no data:

# %%
tower = keras.Sequential(name="tower")
tower.add(keras.Input(shape=(96, 64, 3)))

shapes = []
for layer in [
    keras.layers.Conv2D(8, 5, strides=2, activation="relu", name="conv_1"),
    keras.layers.MaxPooling2D(3, name="pool_1"),
    keras.layers.Conv2D(16, 3, strides=2, activation="relu", name="conv_2"),
]:
    tower.add(layer)
    shapes.append(tower.output_shape)
    print(f"{layer.name}: {tower.output_shape}")

parameters_so_far = tower.count_params()
tower.summary()

# %% [markdown]
# The summary, which you may ask for at any time, says the same, and where the parameters are. What
# began as 96 by 64 pixels is now a map of 7 by 4 positions with 16 channels. Is there room for a
# convolution with a window of 5 by 5? There is not. The input shape is known, so Keras finds out
# now, rather than in the middle of a training:

# %%
try:
    tower.add(keras.layers.Conv2D(32, 5, name="conv_3"))
except ValueError as error:
    complaint = str(error).split(".")[0]
    print(complaint)

names_after_error = [layer.name for layer in tower.layers]
print(names_after_error)

# %% [markdown]
# The list shows a trap: the layer that failed is still on the stack. Take it off before you try
# again. Then average over the 7 by 4 positions, which leaves a plain vector to classify:

# %%
tower.pop()
tower.add(keras.layers.GlobalAveragePooling2D(name="average"))
tower.add(keras.layers.Dense(10, activation="softmax", name="classes"))

for layer in tower.layers[-2:]:
    print(f"{layer.name}: {layer.output.shape}")

# %% tags=["test"]
assert shapes == [(None, 46, 30, 8), (None, 15, 10, 8), (None, 7, 4, 16)]
assert parameters_so_far == (5 * 5 * 3 * 8 + 8) + (3 * 3 * 8 * 16 + 16)
assert complaint == "Computed output size would be zero or negative"
assert names_after_error == ["conv_1", "pool_1", "conv_2", "conv_3"]
assert [layer.name for layer in tower.layers[-3:]] == ["conv_2", "average", "classes"]
assert tower.output_shape == (None, 10)

# %% [markdown]
# `keras.Input` is not in `layers`: it says what comes in, and computes nothing. Names are worth the
# trouble. They stand in summaries and error messages, and `get_layer("average")` finds a layer by
# its name. Within one model, a name may occur only once.

# %% [markdown]
# ## Training a stack {#training-a-stack}
#
# The rest of the guide trains on handwritten digits. There are two tasks. The first is to tell
# which digit it is; of the 60,000 pictures we use the first 12,800. The second is to tell whether
# the digit is *odd*. Here we pretend that only the next 128 pictures have labels.

# %%
(images, digits), (test_images, test_digits) = keras.datasets.mnist.load_data()
images = images.astype("float32")[..., np.newaxis] / 255
test_images = test_images.astype("float32")[..., np.newaxis] / 255

x_many, y_many = images[:12_800], digits[:12_800]
x_few, y_few = images[12_800:12_928], digits[12_800:12_928] % 2
x_test, y_test = test_images[:2_000], test_digits[:2_000] % 2

print("which digit:", x_many.shape, "- odd or even:", x_few.shape)

# %% tags=["quick"]
x_many, y_many, x_test, y_test = x_many[:512], y_many[:512], x_test[:256], y_test[:256]

# %% tags=["parameters"]
first_epochs = 4  # which digit
second_epochs = 30  # odd or even

# %% [markdown]
# We will want to part the network in two: a *body*, which turns a picture into 64 features, and a
# *head*, which decides. A model can be a layer of another model, so each part becomes a stack or a
# layer of its own. The body knows its input shape and passes it on: the whole model is built at
# once, without a `keras.Input` of its own.


# %%
def new_body(name):
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 3, strides=2, activation="relu", name="edges"),
            keras.layers.Conv2D(32, 3, strides=2, activation="relu", name="parts"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(64, activation="relu", name="features"),
        ],
        name=name,
    )


body = new_body("body")
digit_model = keras.Sequential([body, keras.layers.Dense(10, name="digit")], name="which_digit")
print("built:", digit_model.built, "- input:", digit_model.input_shape)

# %% [markdown]
# The head has no activation: its outputs are *logits*, and `from_logits=True` tells the loss so.
# [Training with the built-in methods](training_with_built_in_methods.md) explains `compile()` and
# `fit()`. We compile three models in the same way, so a function does it.


# %% tags=["varies"]
def compile_it(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )


compile_it(digit_model, learning_rate=1e-3)
history = digit_model.fit(x_many, y_many, batch_size=64, epochs=first_epochs, verbose=2)

# %% tags=["test"]
assert x_few.shape == (128, 28, 28, 1)
assert set(y_few.tolist()) == set(y_test.tolist()) == {0, 1}
assert digit_model.input_shape == (None, 28, 28, 1)
assert body.count_params() == (9 * 16 + 16) + (9 * 16 * 32 + 32) + (6 * 6 * 32 * 64 + 64)
assert digit_model.optimizer.iterations == first_epochs * (len(x_many) // 64)
assert np.isfinite(history.history["loss"]).all()

# %% [markdown]
# ## Taking out what happens inside {#feature-extraction}
#
# Once a stack is built, each layer has an attribute `output`. It stands for the tensor that leaves
# this layer, and it remembers how it came about. From the input and any of these, `keras.Model`
# makes [a new model](https://keras.io/api/models/model/) that stops there. It copies no weights:
# the two models share the layers, so training one changes the other.
#
# This one returns the output of every layer of the body. (`inputs` is a list, even of one, hence
# the `[0]`.)

# %%
probe = keras.Model(body.inputs[0], [layer.output for layer in body.layers], name="probe")

activations = [keras.ops.convert_to_numpy(output) for output in probe(x_test[:1])]
for layer, activation in zip(body.layers, activations, strict=True):
    print(f"{layer.name:<10}{activation.shape}")

# %% tags=["test"]
assert [a.shape for a in activations] == [(1, 13, 13, 16), (1, 6, 6, 32), (1, 1152), (1, 64)]
assert np.array_equal(activations[1].ravel(), activations[2].ravel())
assert probe.get_layer("edges") is body.get_layer("edges")
assert np.allclose(activations[-1], keras.ops.convert_to_numpy(body(x_test[:1])), atol=1e-3)

# %% [markdown]
# The first layer puts out 16 small pictures, one for each of its filters. They are bright where the
# filter found what it looks for. Here are ten of them:

# %% tags=["varies"] alt="On the left a handwritten 7. Beside it, in two rows, ten small grey maps of it from the first layer. The maps differ in which strokes and borders are bright."
figure, axes = plt.subplots(2, 6, figsize=(7, 3), layout="tight")
axes[0, 0].imshow(x_test[0, :, :, 0], cmap="gray")
axes[0, 0].set_title("input")
for channel in range(10):
    axis = axes[channel // 5, channel % 5 + 1]
    axis.imshow(activations[0][0, :, :, channel], cmap="gray", vmin=0, vmax=activations[0].max())
    axis.set_title(f"edges {channel}")
for axis in axes.flat:
    axis.axis("off")
plt.show()

# %% [markdown]
# For a single layer, pass one tensor instead of the list, such as `body.get_layer("parts").output`.
# None of this works on a model that is not built, because there is no tensor to ask for yet.

# %% [markdown]
# ## Freezing, and learning a second task {#freezing-and-transfer}
#
# The body has learnt features by which the ten digits differ. These should also help to tell odd
# from even. So we keep the body as it is, and train only a new head on our 128 pictures. To
# *freeze* a layer is to set its attribute `trainable` to `False`: `fit()` then leaves its weights
# alone. Set on a model, it reaches all layers inside.

# %%
body.trainable = False

odd_model = keras.Sequential([body, keras.layers.Dense(2, name="odd")], name="frozen_body")
odd_model.summary()

# %% [markdown]
# Of more than 78,000 parameters, 130 are left to learn. Look at the line *Trainable params* of the
# summary before you train: it shows at once when too much or too little is frozen. In a stack
# without nested models, freeze one by one:
# `for layer in model.layers[:-1]: layer.trainable = False`.
#
# For comparison, a second network of the same form learns all its weights from the same 128
# pictures. The weights of the frozen body are copied before, and compared after:

# %%
scratch_model = keras.Sequential(
    [new_body("fresh_body"), keras.layers.Dense(2, name="odd")], name="from_scratch"
)
before = body.get_weights()

accuracy = {}
for model in (odd_model, scratch_model):
    compile_it(model, learning_rate=3e-3)
    log = model.fit(
        x_few, y_few, batch_size=32, epochs=second_epochs, validation_data=(x_test, y_test), verbose=0
    )
    accuracy[model.name] = log.history["val_accuracy"]

unchanged = [np.array_equal(a, b) for a, b in zip(before, body.get_weights(), strict=True)]
print("weights of the body unchanged:", all(unchanged))

# %% tags=["test"]
assert not any(layer.trainable for layer in body.layers)
assert [tuple(w.shape) for w in odd_model.trainable_weights] == [(64, 2), (2,)]
assert len(odd_model.non_trainable_weights) == len(body.weights) == 6
assert unchanged == [True] * 6
assert [len(values) for values in accuracy.values()] == [second_epochs] * 2
assert len(scratch_model.trainable_weights) == 8

# %% [markdown]
# Here is how well both do on 2,000 pictures of the test set. Read it as an illustration, not as a
# measurement: it is one run, of a task that we picked because a frozen body helps there, which it
# does not always. With so few pictures, it also matters a lot which ones they are.

# %% tags=["varies"] alt="Validation accuracy over the epochs, for the frozen body with a new head and for the network from scratch. At the end, the frozen body is ahead."
plt.figure(figsize=(7, 3.2), layout="tight")
for (name, values), style in zip(accuracy.items(), ["o-", "s--"], strict=True):
    plt.plot(range(1, second_epochs + 1), values, style, label=name)
plt.xlabel("epoch")
plt.ylabel("validation accuracy")
plt.title("Odd or even, learnt from 128 pictures")
plt.legend()
plt.show()

# %% tags=["test", "full"]
if len(x_many) == 12_800:
    assert history.history["accuracy"][-1] > 0.95
    assert np.mean(accuracy["frozen_body"][-5:]) > np.mean(accuracy["from_scratch"][-5:])

# %% [markdown]
# Three rules for what may come next:
#
# - **Call `compile()` again after every change of `trainable`.** The optimizer keeps notes about
#   each weight that it trains, and has to start anew with the new set.
# - To *fine-tune*, unfreeze the body with `body.trainable = True`, freeze single layers inside
#   again if you like, compile with a small learning rate, and go on training.
# - `digit_model` uses the very same body, and fine-tuning would change it as well. Where you still
#   need the first model, [save it](serialization_and_saving.md) before.
#
# [Transfer learning](transfer_learning.md) goes on from here.

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [The Functional API](functional_api.md), for models that branch, join or share layers
# - [New layers and models by subclassing](making_new_layers_and_models_via_subclassing.md), for
#   layers that Keras does not have
# - [Training with the built-in methods](training_with_built_in_methods.md), for all that `fit()`
#   does
