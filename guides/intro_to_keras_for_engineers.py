# ---
# title: Introduction to Keras for engineers
# description: First contact with Keras 3, from loading data to custom layers, on any backend.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: getting_started
# tags: [training, saving, custom-layers, data-sources]
# accelerator: gpu
# backends: [jax, tensorflow, torch]
# datasets: [mnist]
# requires: [tensorflow, torch]
# quick: {epochs: 2, batch_size: 16}
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
# Keras 3 is a deep learning library that runs its computations on a framework of your choice: JAX,
# TensorFlow or PyTorch. You write a model once, and it trains on any of the three.
#
# This guide goes through the work that most projects begin with: load data, build a model, train
# it, save it, and use it. It then shows how to write layers of your own that run on every
# framework, and how to train from the data pipeline that you already have.

# %% [markdown]
# ## Setup {#setup}
#
# The framework under Keras is called its *backend*. The environment variable `KERAS_BACKEND`
# names it: `"jax"`, `"tensorflow"` or `"torch"`. To try another one, change that string and
# restart the kernel. The rest of the code stays the same.

# %%
import os

import numpy as np

# Keras reads this variable once, when Keras is imported. It must be set before the import, and has
# no effect afterwards.
os.environ["KERAS_BACKEND"] = "jax"

import keras

# %% [markdown]
# Weights, dropout and the order of the training data are all drawn at random. One call seeds the
# generators of Python, NumPy and the backend, so that a second run starts from the same weights and
# sees the same batches. The numbers still differ from one backend to another, and a little from one
# machine to another.

# %%
keras.utils.set_random_seed(2026)

# %% tags=["test"]
assert keras.backend.backend() == os.environ["KERAS_BACKEND"]

# %% [markdown]
# ## A first example: a convnet for MNIST {#a-first-example-a-mnist-convnet}
#
# We start with a small convolutional network that learns to read handwritten digits.
#
# MNIST comes as arrays of bytes, one 28 by 28 picture per digit. We scale the pixels to lie between
# 0 and 1, and add a last axis for the channel, because convolution layers expect
# `(height, width, channels)`. The labels stay as they are: whole numbers from 0 to 9.

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()

# From bytes to floats between 0 and 1.
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

# From (28, 28) to (28, 28, 1): the pictures are grey, so there is one channel.
x_train = x_train[..., np.newaxis]
x_test = x_test[..., np.newaxis]

print("x_train shape:", x_train.shape)
print("y_train shape:", y_train.shape)
print(len(x_train), "train samples")
print(len(x_test), "test samples")

# %% tags=["test"]
assert x_train.shape == (60_000, 28, 28, 1)
assert x_test.shape == (10_000, 28, 28, 1)
assert x_train.dtype == x_test.dtype == np.float32
assert x_train.min() == x_test.min() == 0
assert x_train.max() == x_test.max() == 1
assert set(y_train.tolist()) == set(y_test.tolist()) == set(range(10))

# %% tags=["quick"]
# With batches of 16, these sizes leave no smaller last batch, for which a backend
# would compile its training step a second time: 85% of 320 is 17 batches.
x_train, y_train = x_train[:320], y_train[:320]
x_test, y_test = x_test[:128], y_test[:128]

# %% [markdown]
# Keras offers three ways to build a model:
#
# - the [Sequential API](sequential_model.md), for a plain stack of layers; we
#   use it here
# - the [Functional API](functional_api.md), for any graph of layers, such as
#   one with several inputs; this is the most common choice
# - [subclassing](making_new_layers_and_models_via_subclassing.md), where you
#   write the computation yourself; we come to it further down
#
# Our stack has two pairs of convolutions with a pooling step between them. Averaging over the
# remaining positions leaves one vector of 128 features per picture, from which the last layer
# computes a probability for each digit.

# %%
num_classes = 10
input_shape = (28, 28, 1)

model = keras.Sequential(
    [
        keras.layers.Input(shape=input_shape),
        keras.layers.Conv2D(64, kernel_size=3, activation="relu"),
        keras.layers.Conv2D(64, kernel_size=3, activation="relu"),
        keras.layers.MaxPooling2D(pool_size=2),
        keras.layers.Conv2D(128, kernel_size=3, activation="relu"),
        keras.layers.Conv2D(128, kernel_size=3, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(num_classes, activation="softmax"),
    ]
)

# %% [markdown]
# The summary lists the layers, their output shapes, and how many parameters they have. `None`
# stands for the size of the batch, which is not fixed.

# %%
model.summary()

# %% tags=["test"]
assert model.count_params() == 260_298
assert model.output_shape == (None, num_classes)
assert model.layers[5].output.shape == (None, 128)

# %% [markdown]
# `compile()` says how the model is to learn: the loss to make small, the optimizer that does so,
# and the metrics to report. The *sparse* versions of the loss and the metric take labels as whole
# numbers, so there is no need to turn them into one-hot vectors.
#
# How the training step runs depends on the backend. JAX compiles it with XLA. TensorFlow turns it
# into a graph, and normally uses XLA too where there is a GPU. PyTorch runs it eagerly, unless you
# pass `jit_compile=True`, which uses `torch.compile`.

# %%
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
)

# %% [markdown]
# Two numbers decide how long the training takes: how many pictures make a batch, and how many
# times, at most, the model goes through the training data.

# %% tags=["parameters"]
batch_size = 128
epochs = 20

# %% [markdown]
# `fit()` trains the model. We hold back the last 15% of the training data for validation. The model
# never learns from this part, so the loss on it shows how well the model copes with pictures that it
# has not seen. Two callbacks act at the end of every epoch:
#
# - `ModelCheckpoint` saves the model under a name with the epoch's number
# - `EarlyStopping` ends the training when the validation loss has not improved for two epochs in a
#   row, so `epochs` is an upper limit

# %% tags=["test"]
untrained_weights = model.get_weights()

# %% tags=["varies"]
callbacks = [
    keras.callbacks.ModelCheckpoint(filepath="model_at_epoch_{epoch}.keras"),
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=2),
]

history = model.fit(
    x_train,
    y_train,
    batch_size=batch_size,
    epochs=epochs,
    validation_split=0.15,
    callbacks=callbacks,
)

# %% tags=["test"]
# `history.epoch` counts from 0, the names of the files from 1.
assert all(os.path.isfile(f"model_at_epoch_{n + 1}.keras") for n in history.epoch)
assert 1 <= len(history.epoch) <= epochs
assert not os.path.exists(f"model_at_epoch_{len(history.epoch) + 1}.keras")
assert np.isfinite(history.history["loss"] + history.history["val_loss"]).all()
assert all(
    not np.array_equal(before, after)
    for before, after in zip(untrained_weights, model.get_weights(), strict=True)
)

# %% tags=["test", "full"]
# Run as a plain script, the guide has had its arrays cut, and learns too little for this.
if len(x_train) == 60_000:
    assert history.history["loss"][-1] < history.history["loss"][0]

# %% [markdown]
# `evaluate()` returns the loss and the metrics on data of your choice. The test set took no part in
# the training, nor in the decision when to stop it.

# %% tags=["varies"]
test_loss, test_acc = model.evaluate(x_test, y_test, verbose=0)
print(f"test loss:     {test_loss:.4f}")
print(f"test accuracy: {test_acc:.4f}")

# %% tags=["test"]
assert np.isfinite(test_loss)
assert 0 <= test_acc <= 1

# %% tags=["test", "full"]
if len(x_train) == 60_000:
    assert test_acc > 0.98

# %% [markdown]
# The model now has the weights of the last epoch, which need not be the best one. The checkpoints of
# every epoch are on disk already. To save the model as it is now, call `save()`. A `.keras` file
# holds the architecture, the weights, what was passed to `compile()`, and the state of the optimizer:

# %%
model.save("final_model.keras")

# %% tags=["test"]
weights_before_saving = model.get_weights()
predictions_before_saving = model.predict(x_test[:256], verbose=0)

# %% [markdown]
# A single call brings the model back, ready to predict or to go on training:

# %%
model = keras.saving.load_model("final_model.keras")

# %% tags=["test"]
assert model.count_params() == 260_298
assert model.optimizer.iterations > 0
assert all(
    np.array_equal(before, after)
    for before, after in zip(weights_before_saving, model.get_weights(), strict=True)
)

# %% [markdown]
# `predict()` returns one row per picture, with a probability for each of the ten digits. The most
# probable digit is the position of the largest number in the row, `predictions.argmax(axis=-1)`.

# %%
predictions = model.predict(x_test)

# %% tags=["test"]
assert predictions.shape == (len(x_test), num_classes)
assert predictions.min() >= 0
assert np.allclose(predictions.sum(axis=-1), 1, atol=1e-3)
assert np.allclose(predictions[:256], predictions_before_saving, atol=1e-3)
assert abs((predictions.argmax(axis=-1) == y_test).mean() - test_acc) < 0.01

# %% [markdown]
# That is the whole cycle: load, build, train, save, predict.

# %% [markdown]
# ## Writing components that work on every framework {#writing-cross-framework-custom-components}
#
# Layers, models, metrics, losses and optimizers of your own can run on all three backends without a
# change. The condition is that they compute with Keras' functions, not with those of one framework.
# Most of these functions are in the namespace `keras.ops`:
#
# - the NumPy API, for instance `keras.ops.matmul` or `keras.ops.stack`
# - functions that neural networks need and NumPy lacks, for instance `keras.ops.conv` or
#   `keras.ops.binary_crossentropy`
#
# They work on the backend's own tensors, so gradients, compilation and GPUs work as usual.
#
# Here is a dense layer made from scratch. `build()` runs once, when the layer first meets an input
# and the number of features is known. `call()` is the computation.


# %%
class MyDense(keras.layers.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer="glorot_normal",
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(self.units,),
            initializer="zeros",
            name="bias",
        )

    def call(self, inputs):
        # No call to JAX, TensorFlow or PyTorch: this is why the layer runs on all three.
        outputs = keras.ops.matmul(inputs, self.kernel) + self.bias
        return self.activation(outputs)


# %% [markdown]
# A layer that draws random numbers uses the namespace `keras.random`. Give its functions a whole
# number as the seed, and they return the same numbers every time. Give them a `SeedGenerator`, and
# each draw gets a new seed. The seed generator keeps its state in a variable, and Keras tracks this
# variable together with the layer's own variables. So the state also moves on in compiled steps,
# where Python code is not run again.
#
# Dropout is meant for training only. Keras passes `training=True` to `call()` when `fit()` trains.
# It passes `training=False` in `evaluate()`, in `predict()`, and when `fit()` validates.


# %%
class MyDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        # The seed generator's state becomes one of `self.variables`, and is not trained.
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        return keras.random.dropout(inputs, self.rate, seed=self.seed_generator)


# %% [markdown]
# Both layers can be tried on a small array, without a model around them:

# %%
sample = np.arange(12, dtype="float32").reshape(3, 4)

dense = MyDense(units=5)
projected = dense(sample)
print("dense output:", tuple(projected.shape))
print("dense weights:", [weight.name for weight in dense.weights])

dropout = MyDropout(rate=0.5, seed=1337)
kept = dropout(projected)
thinned = dropout(projected, training=True)
print("dropout weights:", dropout.weights)
print("dropout variables:", [variable.name for variable in dropout.variables])

# %% tags=["test"]
to_numpy = keras.ops.convert_to_numpy
kernel_array, bias_array = dense.get_weights()
# A GPU may multiply with fewer digits, so the tolerance is wide.
assert np.allclose(to_numpy(projected), sample @ kernel_array + bias_array, atol=0.05)
assert dense.count_params() == 4 * 5 + 5
assert np.array_equal(to_numpy(kept), to_numpy(projected))
# What dropout keeps, it scales up by 1 / (1 - rate).
scaled_up = to_numpy(projected) / (1 - dropout.rate)
survived = np.isclose(to_numpy(thinned), scaled_up)
assert np.all(survived | (to_numpy(thinned) == 0))
assert 0 < np.count_nonzero(to_numpy(thinned) == 0) < survived.size
assert any(held is dropout.seed_generator.state for held in dropout.variables)
assert dropout.trainable_variables == []

# %% [markdown]
# A model can be written in the same way, as a subclass of `keras.Model`. This one puts the two
# layers on top of the convolutions that we used before:


# %%
class DigitNet(keras.Model):
    def __init__(self, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.features = keras.Sequential(
            [
                keras.layers.Conv2D(64, kernel_size=3, activation="relu"),
                keras.layers.Conv2D(64, kernel_size=3, activation="relu"),
                keras.layers.MaxPooling2D(pool_size=2),
                keras.layers.Conv2D(128, kernel_size=3, activation="relu"),
                keras.layers.Conv2D(128, kernel_size=3, activation="relu"),
                keras.layers.GlobalAveragePooling2D(),
            ]
        )
        self.dropout = MyDropout(0.5)
        self.classifier = MyDense(num_classes, activation="softmax")

    def call(self, inputs, training=False):
        x = self.features(inputs)
        x = self.dropout(x, training=training)
        return self.classifier(x)


# %% [markdown]
# The rest of the guide trains this model three times, each time from new weights. A function
# therefore makes and compiles it:


# %%
def compiled_digit_net():
    net = DigitNet(num_classes=num_classes)
    net.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
    )
    return net


# %% [markdown]
# To keep things short, it trains for one epoch only:

# %% tags=["varies"]
model = compiled_digit_net()
history = model.fit(
    x_train,
    y_train,
    batch_size=batch_size,
    epochs=1,
    validation_split=0.15,
)

# %% [markdown]
# It has as many parameters as the first model, 260,298. The state of the seed generator does not
# count: it is a variable, but not a weight.

# %% tags=["test"]
assert model.count_params() == 260_298
assert any(held is model.dropout.seed_generator.state for held in model.variables)
assert np.isfinite(history.history["loss"] + history.history["val_loss"]).all()
in_inference = to_numpy(model(x_test[:8]))
in_training = to_numpy(model(x_test[:8], training=True))
assert np.allclose(model.predict(x_test[:8], verbose=0), in_inference, atol=1e-3)
assert not np.array_equal(to_numpy(model(x_test[:8], training=True)), in_inference)
assert not np.array_equal(to_numpy(model(x_test[:8], training=True)), in_training)

# %% tags=["test", "full"]
if len(x_train) == 60_000:
    assert history.history["val_acc"][0] > 0.5

# %% [markdown]
# ## Training from any source of data {#training-models-on-arbitrary-data-sources}
#
# The pipeline that feeds a model need not belong to the backend that trains it. With each of the
# three backends, `fit()`, `evaluate()` and `predict()` accept:
#
# - NumPy arrays
# - Pandas data frames
# - `tf.data.Dataset` objects of TensorFlow
# - `DataLoader` objects of PyTorch
# - `keras.utils.PyDataset` objects
#
# So a team can change its backend and keep its data pipeline, or the other way round.
#
# First a PyTorch `DataLoader`. It shuffles and makes the batches itself, so `fit()` gets no
# `batch_size`. It gets `shuffle=False`, because Keras would otherwise warn that the default,
# `shuffle=True`, is ignored. A loader cannot be split by `validation_split`, so we pass the test
# set as validation data. That is fine for one epoch in which nothing is tuned. The loader has a
# generator with a seed of its own, because Keras seeds PyTorch's global generator only where
# PyTorch is the backend.

# %% tags=["varies"]
import torch

from torch.utils.data import DataLoader, TensorDataset

# `from_numpy` shares the memory of the array: nothing is copied.
train_pairs = TensorDataset(torch.from_numpy(x_train), torch.from_numpy(y_train))
test_pairs = TensorDataset(torch.from_numpy(x_test), torch.from_numpy(y_test))

train_loader = DataLoader(
    train_pairs,
    batch_size=batch_size,
    shuffle=True,
    generator=torch.Generator().manual_seed(2026),
)
test_loader = DataLoader(test_pairs, batch_size=batch_size)

model = compiled_digit_net()
history = model.fit(
    train_loader,
    epochs=1,
    shuffle=False,
    validation_data=test_loader,
)

# %% tags=["test"]
assert len(train_loader) == -(-len(x_train) // batch_size)
assert model.optimizer.iterations == len(train_loader)
assert np.isfinite(history.history["loss"] + history.history["val_loss"]).all()

# %% tags=["test", "full"]
if len(x_train) == 60_000:
    assert history.history["val_acc"][0] > 0.5

# %% [markdown]
# Next, the same with [`tf.data`](https://www.tensorflow.org/api_docs/python/tf/data). `shuffle()`
# draws from a buffer of 10,000 pairs. `prefetch()` prepares the next batches while the model is busy
# with the current one:

# %% tags=["varies"]
import tensorflow as tf

train_dataset = tf.data.Dataset.from_tensor_slices((x_train, y_train))
train_dataset = train_dataset.shuffle(buffer_size=10_000, seed=2026)
train_dataset = train_dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)

test_dataset = tf.data.Dataset.from_tensor_slices((x_test, y_test))
test_dataset = test_dataset.batch(batch_size).prefetch(tf.data.AUTOTUNE)

model = compiled_digit_net()
history = model.fit(
    train_dataset,
    epochs=1,
    shuffle=False,
    validation_data=test_dataset,
)

# %% tags=["test"]
assert train_dataset.cardinality() == len(train_loader)
assert model.optimizer.iterations == len(train_loader)
assert np.isfinite(history.history["loss"] + history.history["val_loss"]).all()

# %% tags=["test", "full"]
if len(x_train) == 60_000:
    assert history.history["val_acc"][0] > 0.5

# %% [markdown]
# ## Further reading {#further-reading}
#
# You have seen models train on a backend of your choice, layers that run on any backend, and data
# from three sources. From here you can go deeper in three directions.
#
# ### Customizing what happens in `fit()` {#how-to-customize-what-happens-in-fit}
#
# If your training algorithm is not a standard one, you need not give up `fit()` with its callbacks,
# progress bar and distribution. Override the training step alone. A training step computes
# gradients, and each framework does that in its own way, so there is one guide for each:
#
# - [a custom training step in TensorFlow](custom_train_step_in_tensorflow.md)
# - [a custom training step in JAX](custom_train_step_in_jax.md)
# - [a custom training step in PyTorch](custom_train_step_in_torch.md)
#
# ### Writing your own training loop {#how-to-write-custom-training-loops}
#
# For control over every line, do without `fit()`, and use the Keras model as one part of a program
# written in your framework:
#
# - [a training loop in TensorFlow](writing_a_custom_training_loop_in_tensorflow.md)
# - [a training loop in JAX](writing_a_custom_training_loop_in_jax.md)
# - [a training loop in PyTorch](writing_a_custom_training_loop_in_torch.md)
#
# ### Distributing the training {#how-to-distribute-training}
#
# When one device is too small or too slow, spread the work over several:
#
# - [distributed training with TensorFlow](distributed_training_with_tensorflow.md)
# - [distributed training with JAX](distributed_training_with_jax.md)
# - [distributed training with PyTorch](distributed_training_with_torch.md)
