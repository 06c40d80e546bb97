# ---
# title: A training step of your own in TensorFlow
# description: Override what `fit()` does with a batch, keep everything else that `fit()` does for you, and train a small GAN.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: custom_training
# tags: [train-step, gradient-tape, metrics, sample-weight, gan, tensorflow]
# accelerator: none
# backends: [tensorflow]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {gan_epochs: 2}
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
# `fit()` takes care of a lot: batches, epochs, callbacks, validation, progress bars. Only one small
# part of it knows what *learning* means: the method `train_step()` of
# [`keras.Model`](https://keras.io/api/models/model/). It gets one batch, changes the weights, and
# returns the numbers to report. So when your algorithm is not the usual one, override this method,
# and leave the rest as it is.
#
# We begin with a step in which everything is spelled out, and end with a generative adversarial
# network (GAN), where two networks with two optimizers work against each other. A step needs
# gradients, and each framework computes them in its own way. There are sister guides for
# [JAX](custom_train_step_in_jax.md) and [PyTorch](custom_train_step_in_torch.md). If `fit()` is new
# to you, begin with [its own guide](training_with_built_in_methods.md).

# %% [markdown]
# ## Setup {#setup}
#
# We import TensorFlow itself for `tf.GradientTape`, which records a computation so that it can be
# differentiated.

# %%
import os

# Keras reads this variable once, while it is imported.
os.environ["KERAS_BACKEND"] = "tensorflow"

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import keras

# %% [markdown]
# The first sections use made-up data: 1,000 samples for training and 500 for testing, with 32
# features each. The target is a weighted sum of the features, plus noise with a standard deviation
# of 0.1. So on new samples a mean squared error of about 0.01 is the best that any model can reach.

# %%
rng = np.random.default_rng(2026)
x = rng.normal(size=(1_500, 32)).astype("float32")
true_weights = rng.normal(size=(32, 1)) / np.sqrt(32)
y = (x @ true_weights + 0.1 * rng.normal(size=(1_500, 1))).astype("float32")

x_train, y_train, x_test, y_test = x[:1_000], y[:1_000], x[1_000:], y[1_000:]
print("training data:", x_train.shape, y_train.shape)

# %% tags=["test"]
assert keras.backend.backend() == "tensorflow"
assert abs(np.std(y_test - x_test @ true_weights) - 0.1) < 0.02

# %% [markdown]
# All models in these sections have the same small architecture. A function makes them, and sets the
# seed first. So all start with the same weights, and any difference comes from the training step.


# %%
class SmallNet(keras.Model):
    def __init__(self):
        super().__init__()
        self.stack = keras.Sequential([keras.layers.Dense(32, "relu"), keras.layers.Dense(1)])

    def call(self, inputs):
        return self.stack(inputs)


def new_model(model_class):
    keras.utils.set_random_seed(2026)
    return model_class()


# %% [markdown]
# ## A first low-level example {#a-first-low-level-example}
#
# The first step uses as little of Keras as possible. `data` is what `fit()` hands over for one
# batch: here the pair of inputs and targets. The step does four things:
#
# 1. It runs the model and computes the loss under the tape, which notes every operation.
# 2. It asks the tape for the gradient of the loss with respect to each trainable variable.
# 3. It passes gradients and variables to [the optimizer](https://keras.io/api/optimizers/), which
#    changes the variables.
# 4. It updates the metrics, and returns their values under the names to show.
#
# A metric has a state. `update_state()` adds a batch, and `result()` gives the value over all
# batches since the last reset. At the start of each epoch `fit()` resets what the property
# `metrics` lists. Keras itself finds metrics that are attributes of the model. We override the
# property, so that it lists exactly our two. A metric left out of it would go on averaging over all
# epochs.


# %%
class LowLevelNet(SmallNet):
    def __init__(self):
        super().__init__()
        self.mse_tracker = keras.metrics.Mean(name="mse")
        self.mae_tracker = keras.metrics.MeanAbsoluteError(name="mae")

    @property
    def metrics(self):
        return [self.mse_tracker, self.mae_tracker]

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            # Both have the shape (batch, 1). A target of shape (batch,) would be broadcast
            # to (batch, batch) here, without an error.
            mse = keras.ops.mean(keras.ops.square(y - y_pred))
        gradients = tape.gradient(mse, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)

        self.mse_tracker.update_state(mse)
        self.mae_tracker.update_state(y, y_pred)
        return {"mse": self.mse_tracker.result(), "mae": self.mae_tracker.result()}


# %% [markdown]
# `compile()` gets an optimizer and nothing else, since the step has its own loss and metrics. With
# `verbose=2`, `fit()` prints a line per epoch, with the values under the names that the step
# returned.

# %%
low_level = new_model(LowLevelNet)
low_level.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01))
low_level_history = low_level.fit(x_train, y_train, batch_size=50, epochs=5, verbose=2)

# %% tags=["test"]
assert set(low_level_history.history) == {"mse", "mae"}
assert low_level_history.history["mse"][-1] < 0.5 * low_level_history.history["mse"][0]
assert low_level_history.history["mae"][-1] < low_level_history.history["mae"][0]
assert int(low_level.optimizer.iterations) == 5 * 20

# %% [markdown]
# `fit()` runs this Python code only once or twice, to make a TensorFlow graph of it. After that
# only the graph runs, and `print()` shows nothing. To look for a mistake with `print()` or a
# debugger, pass `run_eagerly=True` to `compile()`, or call the step on one batch yourself:

# %%
logs = low_level.train_step((x_train[:50], y_train[:50]))
print(list(logs), "after step", int(low_level.optimizer.iterations))

# %% [markdown]
# ## Going higher level {#going-higher-level}
#
# Usually the loss and the metrics are passed to `compile()`. A step that makes use of them works
# with any loss:
#
# - `compute_loss()` applies the loss from `compile()`, and adds the losses that layers bring along,
#   such as those of regularizers.
# - `compute_metrics()` updates the metrics from `compile()`, and returns the results of everything
#   in `self.metrics` as a dictionary.
# - `self.metrics` begins with a mean called `"loss"`, which `compile()` makes. We update it
#   ourselves, and count each batch by its number of samples, or a smaller last batch would weigh
#   too much.
#
# All that is left for you to write is what Keras does not do. This step reports the length of the
# gradient over all variables, a number that gives early notice when training diverges. Its metric
# is a plain attribute. Keras finds it, lists it in `self.metrics`, and resets it.


# %%
class WatchedNet(SmallNet):
    def __init__(self):
        super().__init__()
        self.grad_norm = keras.metrics.Mean(name="grad_norm")

    def update_metrics(self, loss, x, y, y_pred, sample_weight=None):
        self.metrics[0].update_state(loss, sample_weight=keras.ops.shape(x)[0])
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, training=True)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)

        self.grad_norm.update_state(tf.linalg.global_norm(gradients))
        return self.update_metrics(loss, x, y, y_pred)


def compile_and_fit(model, **options):
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        loss=keras.losses.MeanSquaredError(),
        metrics=[keras.metrics.MeanAbsoluteError(name="mae")],
    )
    return model.fit(x_train, batch_size=50, epochs=5, **options)


watched = new_model(WatchedNet)
watched_history = compile_and_fit(watched, y=y_train, verbose=2)

# %% [markdown]
# A plain `SmallNet` trains with the step that Keras brings along. It ends with the same weights:

# %%
plain = new_model(SmallNet)
plain_history = compile_and_fit(plain, y=y_train, verbose=0)

pairs = zip(watched.get_weights(), plain.get_weights(), strict=True)
print("same weights:", all(np.allclose(ours, theirs, atol=1e-4) for ours, theirs in pairs))

# %% tags=["test"]
assert set(watched_history.history) == {"loss", "mae", "grad_norm"}
assert set(plain_history.history) == {"loss", "mae"}
for one, other in zip(watched.get_weights(), plain.get_weights(), strict=True):
    assert np.allclose(one, other, atol=1e-4)
assert np.allclose(watched_history.history["loss"], plain_history.history["loss"], atol=1e-3)
assert np.allclose(watched_history.history["loss"], low_level_history.history["mse"], atol=1e-3)
assert min(watched_history.history["grad_norm"]) > 0
assert [metric.name for metric in watched.metrics] == ["loss", "compile_metrics", "grad_norm"]

# %% [markdown]
# ## Supporting sample weights and class weights {#supporting-sample-weight-and-class-weight}
#
# `fit()` accepts `sample_weight`, a number per sample that says how much it counts, and
# `class_weight`, a number per class. Keras looks up the weight of each sample's class, so both
# reach the step in the same form: as a third part of `data`, with one weight for each sample of the
# batch. `keras.utils.unpack_x_y_sample_weight()` takes `data` apart, and gives `None` for a missing
# part.
#
# The weights go to `compute_loss()`, which multiplies the loss of each sample before it takes the
# mean, and to `compute_metrics()`, which uses them for the `weighted_metrics` of `compile()` only.


# %%
class WeightedNet(WatchedNet):
    def train_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=True)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)

        self.grad_norm.update_state(tf.linalg.global_norm(gradients))
        return self.update_metrics(loss, x, y, y_pred, sample_weight)


# %% [markdown]
# Class weights need classes. We ask the model whether a target is in the highest tenth. Since nine
# of ten are not, a model that mostly says "no" has a small loss already. A weight of 9 for the rare
# class makes up for that, and more of its samples are found. The share of a class's samples that is
# found is called its *recall*. We give the weights in both forms. The network has no activation at
# its end, so its output is a *logit*, which is positive for "yes".

# %%
limit = np.quantile(y_train, 0.9)
is_high, is_high_test = y_train > limit, y_test > limit
weightings = {
    "no weights": {},
    "class_weight": {"class_weight": {0: 1.0, 1: 9.0}},
    "sample_weight": {"sample_weight": np.where(is_high[:, 0], 9.0, 1.0)},
}

recalls = {}
for name, weighting in weightings.items():
    model = new_model(WeightedNet)
    model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x_train, is_high, batch_size=50, epochs=5, verbose=0, **weighting)
    recalls[name] = np.mean(model.predict(x_test, verbose=0)[is_high_test] > 0)
    print(f"{name}: recall {recalls[name]:.2f}")

# %% tags=["test"]
assert is_high.sum() == 100
assert recalls["class_weight"] > max(0.7, recalls["no weights"] + 0.2)
assert abs(recalls["class_weight"] - recalls["sample_weight"]) < 0.05

# %% [markdown]
# ## An evaluation step of your own {#your-own-evaluation-step}
#
# `evaluate()` runs `test_step()` on each batch, and so does `fit()` when it validates. The
# inherited one would report a `grad_norm` of 0, since it returns all of `self.metrics`. Ours leaves
# it out, and adds `close`, the share of predictions that are off by less than 0.25. It needs no
# tape and no optimizer. It calls the model with `training=False`, which switches off dropout and
# the like. In turn, `fit()` reports a `close` of 0 for the training, since only the evaluation
# updates it. (For `predict()` there is `predict_step()`.)


# %%
class JudgedNet(WeightedNet):
    def __init__(self):
        super().__init__()
        self.close = keras.metrics.Mean(name="close")

    def test_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x, y, y_pred, sample_weight, training=False)

        self.close.update_state(keras.ops.abs(y - y_pred) < 0.25)
        results = self.update_metrics(loss, x, y, y_pred, sample_weight)
        return {name: results[name] for name in ("loss", "mae", "close")}


judged = new_model(JudgedNet)
compile_and_fit(judged, y=y_train, verbose=0)
evaluation = judged.evaluate(x_test, y_test, batch_size=50, verbose=0, return_dict=True)
print({name: round(value, 2) for name, value in evaluation.items()})

# %% tags=["test"]
errors = judged.predict(x_test, verbose=0) - y_test
assert set(evaluation) == {"loss", "mae", "close"}
assert np.isclose(evaluation["loss"], np.mean(errors**2), rtol=0.02)
assert np.isclose(evaluation["mae"], np.mean(np.abs(errors)), rtol=0.02)
assert abs(evaluation["close"] - np.mean(np.abs(errors) < 0.25)) < 0.02

# %% [markdown]
# ## A small GAN {#a-small-gan}
#
# A generative adversarial network (GAN) learns to make pictures like those of a dataset. Its
# **generator** turns random numbers into a picture. Its **discriminator** gets a picture, and says
# whether it is real or generated. They learn in turn: the discriminator to tell the two kinds
# apart, the generator to be taken for real. One loss and one optimizer cannot express that.
#
# To keep it quick we generate a single digit, the three. We take 6,016 of MNIST's threes, which is
# 47 batches of 128.

# %%
(digits, labels), _ = keras.datasets.mnist.load_data()
threes = digits[labels == 3][:6_016].astype("float32") / 255

# %% tags=["quick"]
threes = threes[:512]

# %% tags=["parameters"]
gan_epochs = 50

# %% [markdown]
# Dense layers are enough for pictures of 28 by 28, and they are fast on a CPU. Leaky ReLU lets a
# little of each negative value through, so that the gradient finds its way through the
# discriminator back to the generator. Batch normalization keeps running averages. A momentum of 0.8
# lets them keep up with a generator that changes quickly.

# %%
keras.utils.set_random_seed(2026)
latent_size = 32
generator = keras.Sequential(
    [
        keras.layers.Input((latent_size,)),
        keras.layers.Dense(128, activation="leaky_relu"),
        keras.layers.BatchNormalization(momentum=0.8),
        keras.layers.Dense(256, activation="leaky_relu"),
        keras.layers.BatchNormalization(momentum=0.8),
        keras.layers.Dense(28 * 28, activation="sigmoid"),
        keras.layers.Reshape((28, 28)),
    ]
)
discriminator = keras.Sequential(
    [
        keras.layers.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(256, activation="leaky_relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(128, activation="leaky_relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(1),
    ]
)

# %% [markdown]
# The model that holds both has its own `compile()`, which takes two optimizers. It still calls the
# inherited one, because `fit()` refuses a model that was not compiled.
#
# The step has two halves. Which variables a half passes to the tape and to the optimizer decides
# which network learns in it. In the first, the generator only supplies pictures, made outside the
# tape. In the second, the gradient flows through the discriminator, but only the generator changes.
# Its pictures carry the label "real" there, for that is what the generator wants to hear from the
# discriminator.
#
# The random numbers come from a `SeedGenerator`. Its state is a variable, so each step draws new
# ones, also in the graph.


# %%
class GAN(keras.Model):
    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.seed_generator = keras.random.SeedGenerator(2026)
        self.d_loss = keras.metrics.Mean(name="d_loss")
        self.g_loss = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile(optimizer=None)
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        return [self.d_loss, self.g_loss]

    def call(self, noise):
        return self.generator(noise, training=False)

    def train_step(self, real):
        count = keras.ops.shape(real)[0]
        noise = keras.random.normal((count, latent_size), seed=self.seed_generator)
        says_real, says_fake = keras.ops.ones((count, 1)), keras.ops.zeros((count, 1))

        fake = self.generator(noise, training=True)
        with tf.GradientTape() as tape:
            loss_on_real = self.loss_fn(says_real, self.discriminator(real, training=True))
            loss_on_fake = self.loss_fn(says_fake, self.discriminator(fake, training=True))
            d_loss = (loss_on_real + loss_on_fake) / 2
        d_variables = self.discriminator.trainable_variables
        self.d_optimizer.apply(tape.gradient(d_loss, d_variables), d_variables)

        with tf.GradientTape() as tape:
            fake = self.generator(noise, training=True)
            g_loss = self.loss_fn(says_real, self.discriminator(fake, training=True))
        g_variables = self.generator.trainable_variables
        self.g_optimizer.apply(tape.gradient(g_loss, g_variables), g_variables)

        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return self.get_metrics_result()


# %% [markdown]
# The rest is `fit()` as usual. There are no targets, so `data` is the batch of pictures itself.
# Both optimizers are Adam with `beta_1=0.5`: the aim of each network moves with every step of the
# other, and a shorter memory of past gradients suits that better than the default of 0.9. Judging
# is easier than making, so the discriminator gets the smaller learning rate.
#
# The loss says little about a GAN, so we want to see pictures on the way.
# [Callbacks](writing_your_own_callbacks.md) work as with any other model. This one generates ten
# pictures after the first epoch, after one fifth of all epochs, and after the last, always from the
# same noise.

# %% tags=["test"]
before = [weight.numpy() for weight in generator.trainable_weights + discriminator.trainable_weights]

# %%
pictures = tf.data.Dataset.from_tensor_slices(threes)
pictures = pictures.shuffle(len(threes), seed=2026).batch(128, drop_remainder=True)

gan = GAN(generator, discriminator)
gan.compile(
    d_optimizer=keras.optimizers.Adam(learning_rate=1e-4, beta_1=0.5),
    g_optimizer=keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.5),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)

fixed_noise = np.random.default_rng(7).normal(size=(10, latent_size))
gallery = {}


def keep_pictures(epoch, logs):
    if epoch + 1 in (1, gan_epochs // 5, gan_epochs):
        gallery[epoch + 1] = keras.ops.convert_to_numpy(gan(fixed_noise))


gan_history = gan.fit(
    pictures,
    epochs=gan_epochs,
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=keep_pictures)],
    shuffle=False,  # The dataset shuffles by itself.
    verbose=0,
)

# %% tags=["test"]
assert set(gan_history.history) == {"d_loss", "g_loss"}
assert np.isfinite(gan_history.history["d_loss"] + gan_history.history["g_loss"]).all()
num_steps = gan_epochs * (len(threes) // 128)
assert int(gan.d_optimizer.iterations) == int(gan.g_optimizer.iterations) == num_steps
after = generator.trainable_weights + discriminator.trainable_weights
assert not any(np.array_equal(old, new.numpy()) for old, new in zip(before, after, strict=True))
assert gallery[gan_epochs].shape == (10, 28, 28)
assert not np.array_equal(gallery[1], gallery[gan_epochs])

# %% [markdown]
# Here is what the callback has collected. All pictures in a column come from the same noise vector.

# %% alt="Three rows of ten generated pictures. After epoch 1 they are mostly grey noise, after epoch 10 thin and speckled threes, and after epoch 50 bold threes in different shapes, which are easy to read."
figure, axes = plt.subplots(len(gallery), 10, figsize=(7, 2.6))
for row, (epoch, images) in zip(axes, gallery.items(), strict=True):
    row[0].set_ylabel(f"epoch {epoch}", rotation=0, ha="right", va="center")
    for axis, image in zip(row, images, strict=True):
        axis.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
figure.suptitle("Pictures from the generator")
plt.show()

# %% tags=["test"]
noise = np.random.default_rng(8).normal(size=(200, latent_size)).astype("float32")
generated = gan.predict(noise, verbose=0)
assert generated.shape == (200, 28, 28)
assert not np.array_equal(generated[0], generated[1])

# %% tags=["test", "full"]
if len(threes) == 6_016 and gan_epochs == 50:
    # Most pictures are nearer to the average three than to the average of any other digit.
    averages = np.stack([digits[labels == digit].mean(axis=0) / 255 for digit in range(10)])
    distances = ((generated[:, None] - averages) ** 2).sum(axis=(2, 3))
    assert np.mean(distances.argmin(axis=1) == 3) > 0.7
    # They are not all the same picture: they vary about as much as real threes.
    assert 0.5 < generated.std(axis=0).mean() / threes.std(axis=0).mean() < 1.5

# %% [markdown]
# And the two losses. If the discriminator could only guess, it would give every picture a
# probability of one half, and both losses would be ln 2, about 0.69. That is the dotted line. At
# first the discriminator tells the pictures apart with ease. Then the generator catches up, and the
# discriminator, which learns more slowly, does little better than guessing. Low losses are not the
# aim here: when one side gets better, the other has a harder time.

# %% alt="Line chart of the two losses by epoch. The loss of the generator shoots up in the first epochs and then falls, while that of the discriminator rises. Later both run close to the dotted line at 0.69."
plt.figure(figsize=(7, 3))
epoch_numbers = np.arange(1, gan_epochs + 1)
plt.plot(epoch_numbers, gan_history.history["d_loss"], "-", label="discriminator")
plt.plot(epoch_numbers, gan_history.history["g_loss"], "--", label="generator")
plt.axhline(np.log(2), color="black", linestyle=":", label="guessing (ln 2)")
plt.title("Losses of the GAN")
plt.xlabel("epoch")
plt.ylabel("mean loss")
plt.legend()
plt.show()

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# You have replaced the inside of `fit()` and kept the outside. To use the GAN's result you need the
# generator only. It is an ordinary model, and can be [saved](serialization_and_saving.md) by
# itself. From here:
#
# - [A training loop of your own](writing_a_custom_training_loop_in_tensorflow.md), if you want the
#   loops over epochs and batches in your hands as well
# - [Distributed training with TensorFlow](distributed_training_with_tensorflow.md), where `fit()`
#   runs a step on several devices
# - [The reference of `fit()`, `evaluate()` and
#   `predict()`](https://keras.io/api/models/model_training_apis/) and [of the
#   metrics](https://keras.io/api/metrics/)
