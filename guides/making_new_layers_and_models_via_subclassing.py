# ---
# title: New layers and models by subclassing
# description: Write layers and models of your own as Python classes, up to a variational autoencoder.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: building_models
# tags: [custom-layers, subclassing, add-loss, losses]
# accelerator: none
# backends: [jax, tensorflow, torch]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {epochs: 2, train_size: 512, validation_size: 128}
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
# Keras has a layer for most needs. When it has none for yours, you write a class. This guide leads
# there in small steps, one idea and one small layer at a time. At the end, the ideas come together
# in a model that learns to draw digits.
#
# All the classes compute with `keras.ops` and `keras.random` alone. That is why they train on JAX,
# TensorFlow and PyTorch alike. If you are new to Keras, read the
# [introduction](intro_to_keras_for_engineers.md) first.
#
# ## Setup {#setup}
#
# `KERAS_BACKEND` must be set before Keras is imported. The seed makes runs repeatable.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import ops

keras.utils.set_random_seed(2026)

# %% [markdown]
# ## A layer is state and a computation {#a-layer-is-state-and-a-computation}
#
# A [layer](https://keras.io/api/layers/base_layer/) has some state, its weights, and a method
# `call()`, which turns inputs into outputs with their help. `add_weight()` makes a weight, and the
# layer keeps track of it. This layer multiplies every feature by a gain and adds an offset.
#
# Use a layer like a function. `layer(x)` prepares a few things and then runs your `call()`, so
# never write `layer.call(x)`.


# %%
class GainAndOffset(keras.layers.Layer):
    def __init__(self, num_features, **kwargs):
        super().__init__(**kwargs)  # must come first: `add_weight()` fails without it
        self.gain = self.add_weight(shape=(num_features,), initializer="ones", name="gain")
        self.offset = self.add_weight(shape=(num_features,), initializer="zeros", name="offset")

    def call(self, inputs):
        return inputs * self.gain + self.offset


calibrate = GainAndOffset(num_features=3)
calibrate.offset.assign([10.0, 20.0, 30.0])

readings = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype="float32")
calibrated = calibrate(readings)
print(ops.convert_to_numpy(calibrated))
print([(weight.name, tuple(weight.shape)) for weight in calibrate.weights])

# %% tags=["test"]
to_numpy = ops.convert_to_numpy
assert keras.backend.backend() == os.environ["KERAS_BACKEND"]
assert np.allclose(to_numpy(calibrated), readings + np.array([10, 20, 30]))
assert len(calibrate.trainable_weights) == 2

# %% [markdown]
# ## Weights that are not trained, and the argument `training` {#non-trainable-weights-and-training}
#
# Gradients must not change a counter or a running average. Make such a weight with
# `trainable=False`. It is saved like any other, but the optimizer leaves it alone. (To freeze all
# weights of a layer, set `layer.trainable = False`, as in [transfer
# learning](transfer_learning.md).)
#
# In `call()`, change a weight with `assign()` or `assign_add()`. Compiled code runs these at every
# step. It would not run a plain `self.n += 1` again.
#
# The next layer subtracts the average of the data seen in training. It must know whether it is
# running in training. If `call()` has an argument `training`, Keras passes `True` while `fit()`
# trains, and `False` while it validates and in `evaluate()` and `predict()`. Inner layers get the
# value of the outer one by themselves.


# %%
class Centre(keras.layers.Layer):
    def __init__(self, num_features, **kwargs):
        super().__init__(**kwargs)
        options = {"initializer": "zeros", "trainable": False}
        self.total = self.add_weight(shape=(num_features,), name="total", **options)
        self.count = self.add_weight(shape=(), name="count", **options)

    def call(self, inputs, training=False):
        if training:
            self.total.assign_add(ops.sum(inputs, axis=0))
            self.count.assign_add(ops.cast(ops.shape(inputs)[0], self.count.dtype))
        # Before any training the count is 0, hence the maximum.
        return inputs - self.total / ops.maximum(self.count, 1)


centre = Centre(num_features=3)
untrained = ops.convert_to_numpy(centre(readings))
centre(readings, training=True)
trained = ops.convert_to_numpy(centre(readings))
print(f"before training:\n{untrained}\nafter one step:\n{trained}")
print(len(centre.trainable_weights), "trainable,", len(centre.non_trainable_weights), "not")

# %% tags=["test"]
assert np.array_equal(untrained, readings)
assert np.allclose(trained, readings - readings.mean(axis=0), atol=1e-5)
assert float(to_numpy(centre.count)) == 2
assert (len(centre.trainable_weights), len(centre.non_trainable_weights)) == (0, 2)

# %% [markdown]
# ## Making weights when the shape is known {#making-weights-when-the-shape-is-known}
#
# It is a nuisance to tell a layer how many features will come in. Most layers therefore make their
# weights in `build()`. Keras runs it once, before the first `call()`, with the shape of the input.
#
# Here is a dense layer with few parameters. In place of one matrix of, say, 100 by 100 numbers, it
# multiplies by two thin ones, 100 by 4 and then 4 by 100. It has no bias.


# %%
class LowRankDense(keras.layers.Layer):
    def __init__(self, units, rank, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.rank = rank

    def build(self, input_shape):
        # The last axis is the one with the features; the first is the batch.
        self.narrow = self.add_weight(shape=(input_shape[-1], self.rank), name="narrow")
        self.widen = self.add_weight(shape=(self.rank, self.units), name="widen")

    def call(self, inputs):
        return ops.matmul(ops.matmul(inputs, self.narrow), self.widen)


low_rank = LowRankDense(units=100, rank=4)
print("weights before the first call:", len(low_rank.weights))
projected = low_rank(np.ones((2, 100), dtype="float32"))
print("weights after the first call: ", len(low_rank.weights))
print("parameters:", low_rank.count_params())

# %% tags=["test"]
assert LowRankDense(units=100, rank=4).weights == []
assert low_rank.count_params() == 100 * 4 + 4 * 100
narrow, widen = low_rank.get_weights()
assert np.allclose(to_numpy(projected), np.ones((2, 100)) @ narrow @ widen, atol=0.05)

# %% [markdown]
# ## Layers inside layers, and configs {#layers-inside-layers-and-configs}
#
# A layer that is an attribute of another one, or stands in a list there, brings its weights along.
# An outer `build()` should build the inner layers too. Then all weights exist once it has run, and
# Keras can fill them when it loads a saved model.
#
# A saved model holds weights and *configs*, not your Python code. A config is a dictionary of the
# arguments of `__init__()`. Where all of them are plain numbers, strings, booleans or `None`, or
# lists and dictionaries of these, Keras notes them by itself, so the layers above have a config
# already. An argument that is an object, like the layer `inner` here, needs your help:
# `get_config()` turns it into a dictionary and `from_config()` turns it back. The decorator gives
# the class a name by which `load_model()` finds it.


# %%
@keras.saving.register_keras_serializable(package="subclassing_guide")
class Residual(keras.layers.Layer):
    """Adds what another layer makes of the input to the input."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def build(self, input_shape):
        self.inner.build(input_shape)

    def call(self, inputs):
        return inputs + self.inner(inputs)

    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "inner": inner}

    @classmethod
    def from_config(cls, config):
        inner = keras.saving.deserialize_keras_object(config.pop("inner"))
        return cls(inner, **config)


block = Residual(keras.layers.Dense(3, activation="tanh"))
block_output = block(readings)
print("weights:", [tuple(weight.shape) for weight in block.weights])

twin = Residual.from_config(block.get_config())
print("inside the twin:", type(twin.inner).__name__, "with", twin.inner.units, "units")
low_rank_config = low_rank.get_config()
print("noted by Keras:", {key: low_rank_config[key] for key in ("units", "rank")})

# %% tags=["test"]
kernel, bias = block.get_weights()
expected_output = readings + np.tanh(readings @ kernel + bias)
assert np.allclose(to_numpy(block_output), expected_output, atol=0.05)
assert block.weights[0] is block.inner.kernel
assert twin.inner is not block.inner
assert twin.inner.activation is keras.activations.tanh
assert LowRankDense.from_config(low_rank_config).rank == 4

# %% [markdown]
# ## Losses that a layer adds {#losses-that-a-layer-adds}
#
# Some goals have nothing to do with labels: small weights, sparse activations, features that do not
# repeat each other. A layer states such a goal with `add_loss()` in its `call()`, and the training
# adds it to the loss from `compile()`. This layer passes its input on unchanged, but adds a loss
# that grows when two features vary together, in the same direction or in opposite ones:


# %%
class Decorrelate(keras.layers.Layer):
    def call(self, inputs):
        centred = inputs - ops.mean(inputs, axis=0, keepdims=True)
        batch_size = ops.cast(ops.shape(inputs)[0], inputs.dtype)
        covariance = ops.matmul(ops.transpose(centred), centred) / batch_size
        between_features = covariance * (1 - ops.eye(inputs.shape[-1]))
        self.add_loss(0.1 * ops.sum(ops.square(between_features)))
        return inputs


decorrelate = Decorrelate()
decorrelate(readings)
print("losses:", [round(float(ops.convert_to_numpy(loss)), 4) for loss in decorrelate.losses])

# %% [markdown]
# Every feature of the readings rises by 3 from row to row. So each of the six entries off the
# diagonal of the covariance matrix is 2.25, and the loss is 0.1 times 6 times 2.25². The list holds
# the losses of the latest call, and that of an outer layer includes those of its inner ones.

# %% tags=["test"]
assert len(decorrelate.losses) == 1
assert np.isclose(float(to_numpy(decorrelate.losses[0])), 0.1 * 6 * 2.25**2, rtol=0.01)
decorrelate(readings * 0)
assert [float(to_numpy(loss)) for loss in decorrelate.losses] == [0]

# %% [markdown]
# ## The argument `mask` {#the-argument-mask}
#
# Sequences of different lengths are filled up to one length, and a *mask* says which steps are
# real. An `Embedding` with `mask_zero=True` attaches one to its output, and Keras passes it to a
# layer whose `call()` has an argument `mask`. An average over the steps needs it, to leave out the
# filling. With `supports_masking`, a layer declares that it can deal with masks. By itself this
# passes the mask on unchanged. Our output has no steps any more, so `compute_mask()` returns
# `None`: no mask.


# %%
class MaskedAverage(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return ops.mean(inputs, axis=1)
        keep = ops.expand_dims(ops.cast(mask, inputs.dtype), axis=-1)
        return ops.sum(inputs * keep, axis=1) / ops.maximum(ops.sum(keep, axis=1), 1)

    def compute_mask(self, inputs, previous_mask):
        return None


embed = keras.layers.Embedding(input_dim=10, output_dim=4, mask_zero=True)
average = MaskedAverage()
short = ops.convert_to_numpy(average(embed(np.array([[7, 3]]))))
filled_up = ops.convert_to_numpy(average(embed(np.array([[7, 3, 0, 0, 0]]))))
print("the filling changes nothing:", np.allclose(short, filled_up, atol=1e-6))

# %% tags=["test"]
vectors = embed.get_weights()[0]
assert np.allclose(filled_up[0], vectors[[7, 3]].mean(axis=0), atol=1e-5)
assert np.allclose(short, filled_up, atol=1e-6)
assert not np.allclose(filled_up[0], vectors[[7, 3, 0, 0, 0]].mean(axis=0), atol=1e-6)

# %% [markdown]
# ## The class `Model`: a variational autoencoder {#a-variational-autoencoder}
#
# A [`Model`](https://keras.io/api/models/model/) is a layer too, with weights, `call()` and inner
# layers. It adds what one does with a whole network: `compile()`, `fit()`, `evaluate()`,
# `predict()`, `summary()` and `save()`. So subclass `Layer` for the parts, and `Model` for what you
# train. A plain stack or graph of layers needs no class of its own: the
# [Sequential](sequential_model.md) and [Functional](functional_api.md) APIs take your layers as
# well.
#
# Our model is an autoencoder. It squeezes a picture into a few numbers and rebuilds it from them.
# In a *variational* autoencoder (VAE), the encoder puts out the mean of a normal distribution and
# the logarithm of its variance, and the decoder gets a random sample of this distribution. A second
# loss, the Kullback-Leibler divergence, pulls all these distributions towards the standard normal
# one. Because the decoder sees random samples, numbers that are close come to mean pictures that
# look alike. Because all distributions are pulled to the same place, new pictures can be made from
# numbers picked there. We take only two numbers per picture, which can be drawn on paper, and a
# part of MNIST.

# %% tags=["parameters"]
epochs = 15
train_size = 12_800
validation_size = 1_280

# %%
(x_train, _), (x_test, _) = keras.datasets.mnist.load_data()
x_train = x_train[:train_size].reshape(-1, 784).astype("float32") / 255
x_test = x_test[:validation_size].reshape(-1, 784).astype("float32") / 255

# %% [markdown]
# The random part is a layer. A `SeedGenerator` keeps the state of the random numbers in a variable,
# so compiled code too draws new ones each time. The layer gets the mean and the logarithm of the
# variance, so it can add the divergence: a sum over the two numbers, averaged over the batch.


# %%
@keras.saving.register_keras_serializable(package="subclassing_guide")
class NormalSample(keras.layers.Layer):
    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, mean, log_variance):
        divergence = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
        self.add_loss(0.5 * ops.mean(ops.sum(divergence, axis=-1)))
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


# %% [markdown]
# The model may have more methods than `call()`: we want to encode and decode separately. `fit()`
# reports the sum of all losses. To see the divergence by itself, we update a metric in
# `compute_loss()` and leave the rest to the base class. A metric that is an attribute of a model
# appears in its logs. The loss for the pixels is a plain function. It sums over the 784 pixels,
# because an average would be too small beside the divergence.


# %%
@keras.saving.register_keras_serializable(package="subclassing_guide")
class VAE(keras.Model):
    def __init__(self, latent_size=2, hidden_units=256, **kwargs):
        super().__init__(**kwargs)
        self.encoder = keras.layers.Dense(hidden_units, activation="relu")
        self.to_mean = keras.layers.Dense(latent_size)
        self.to_log_variance = keras.layers.Dense(latent_size)
        self.sample = NormalSample(seed=7)
        self.decoder = keras.layers.Dense(hidden_units, activation="relu")
        self.to_pixels = keras.layers.Dense(784, activation="sigmoid")
        self.divergence = keras.metrics.Mean(name="divergence")

    def encode(self, images):
        hidden = self.encoder(images)
        return self.to_mean(hidden), self.to_log_variance(hidden)

    def decode(self, latent):
        return self.to_pixels(self.decoder(latent))

    def call(self, images):
        return self.decode(self.sample(*self.encode(images)))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        self.divergence.update_state(sum(self.losses))
        return super().compute_loss(x, y, y_pred, sample_weight, training)


@keras.saving.register_keras_serializable(package="subclassing_guide")
def pixel_loss(images, reconstructions):
    return ops.sum(ops.binary_crossentropy(images, reconstructions), axis=-1)


# %% [markdown]
# The picture is both input and target. `fit()` does the rest, on every backend:

# %% tags=["varies"]
vae = VAE(latent_size=2)
vae.compile(optimizer=keras.optimizers.Adam(learning_rate=2e-3), loss=pixel_loss)
held_out = (x_test, x_test)
history = vae.fit(x_train, x_train, batch_size=128, epochs=epochs, validation_data=held_out, verbose=0)
for name, values in history.history.items():
    print(f"{name}: {values[0]:.1f} after the first epoch, {values[-1]:.1f} after the last")

# %% tags=["varies"] alt="Two line plots over the epochs, each for training and validation. The loss falls steeply at first and then slowly. The divergence falls in the first epochs and then stays nearly level."
figure, panels = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
for axes, name in zip(panels, ("loss", "divergence"), strict=True):
    axes.plot(history.history[name], "-", label="training")
    axes.plot(history.history[f"val_{name}"], "--", label="validation")
    axes.set(title=name, xlabel="epoch, from 0", ylabel="nats per picture")
    axes.legend()
plt.show()

# %% [markdown]
# The divergence is large at the start, while the distributions of the encoder may be anywhere. Then
# it settles at a few nats, the unit of information for natural logarithms. This is the price, in
# the loss, of telling the decoder anything about the picture. In return, the loss for the pixels
# falls by far more.
#
# Now take a grid of points in the plane of these two numbers, and decode each:

# %% tags=["varies"] alt="A square of twelve by twelve decoded digits. Neighbors look alike, and from one region to the next one digit turns smoothly into another."
ticks = np.linspace(-2, 2, 12, dtype="float32")
places = np.array([(x, y) for y in ticks[::-1] for x in ticks])
drawn = ops.convert_to_numpy(vae.decode(places)).reshape(12, 12, 28, 28)

figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
picture = drawn.transpose(0, 2, 1, 3).reshape(12 * 28, 12 * 28)
axes.imshow(picture, cmap="gray_r", extent=(-2.2, 2.2, -2.2, 2.2))
axes.set(title="Decoded digits", xlabel="first number", ylabel="second number")
plt.show()

# %% tags=["test"]
logs = history.history
assert set(logs) == {"loss", "divergence", "val_loss", "val_divergence"}
assert logs["loss"][-1] < logs["loss"][0]
assert all(a > b > 0 for a, b in zip(logs["loss"], logs["divergence"], strict=True))
assert vae.optimizer.iterations == epochs * len(x_train) // 128
assert vae.count_params() == 785 * 256 + 2 * 257 * 2 + 3 * 256 + 257 * 784
assert 0 <= drawn.min() < drawn.max() <= 1
assert not np.array_equal(to_numpy(vae(x_test[:8])), to_numpy(vae(x_test[:8])))

# %% tags=["test", "full"]
if len(x_train) == 12_800:
    assert logs["val_loss"][-1] < min(180, logs["val_loss"][0] - 10)
    error = np.square(to_numpy(vae.decode(vae.encode(x_test)[0])) - x_test).mean()
    assert error < 0.8 * np.square(x_train.mean(axis=0) - x_test).mean()

# %% [markdown]
# The arguments of `VAE` are plain numbers, and all its parts are registered, so it can be saved:

# %%
vae.save("vae.keras")
reloaded = keras.saving.load_model("vae.keras")
redrawn = ops.convert_to_numpy(reloaded.decode(places)).reshape(drawn.shape)
print("the same digits from the file:", np.allclose(redrawn, drawn, atol=1e-3))

# %% tags=["test"]
assert type(reloaded) is VAE
assert np.allclose(redrawn, drawn, atol=1e-3)
assert all(map(np.array_equal, reloaded.get_weights(), vae.get_weights()))

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [saving and loading](serialization_and_saving.md): configs, registration and what is in the file
# - [masking and padding](understanding_masking_and_padding.md): where masks come from and go to
# - a training step of your own, when `add_loss()` and `compute_loss()` are not enough, in
#   [JAX](custom_train_step_in_jax.md), [TensorFlow](custom_train_step_in_tensorflow.md) and
#   [PyTorch](custom_train_step_in_torch.md)
# - the reference of the [base layer](https://keras.io/api/layers/base_layer/), of
#   [`Model`](https://keras.io/api/models/model/) and of [`keras.ops`](https://keras.io/api/ops/)
