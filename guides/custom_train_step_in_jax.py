# ---
# title: A training step of your own in JAX
# description: Replace what fit() does with a batch, in the stateless style of JAX.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: custom_training
# tags: [train-step, metrics, sample-weight, gan, jax]
# accelerator: none
# backends: [jax]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {epochs: 2, gan_epochs: 2}
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
# `fit()` does many things: it makes batches, calls callbacks, shows progress, runs the validation,
# and stops when it is told to. Only one part of all this decides how a model learns, and that is
# what happens to a single batch: the *training step*. If your way of learning is not the usual one,
# replace this step alone. Everything else in `fit()` goes on working.
#
# The step is a method, `train_step()`. It belongs to the
# [Model](https://keras.io/api/models/model/) class, so you write a subclass and override it. The
# examples here go from a step with nothing hidden to a small generative adversarial network.
#
# If `fit()` itself is new to you, read [Training and evaluation with the built-in
# methods](training_with_built_in_methods.md) first. The same guide exists for
# [TensorFlow](custom_train_step_in_tensorflow.md) and for [PyTorch](custom_train_step_in_torch.md).

# %% [markdown]
# ## Setup {#setup}
#
# This guide computes gradients with JAX, so JAX must be the backend.

# %%
import os

# Keras reads this while it is imported.
os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import matplotlib.pyplot as plt
import numpy as np

keras.utils.set_random_seed(2026)

# %% tags=["parameters"]
epochs = 20
gan_epochs = 40  # for the GAN at the end

# %% [markdown]
# Until the GAN at the end we need no real data. We make 1,000 samples with 32 features each, and
# one target per sample: a weighted sum of the features with a little noise. Another 200 samples are
# kept for evaluation.

# %%
rng = np.random.default_rng(2026)

features = rng.normal(size=(1_200, 32)).astype("float32")
true_weights = rng.normal(size=(32, 1)) / np.sqrt(32)
targets = features @ true_weights + 0.1 * rng.normal(size=(1_200, 1))
targets = targets.astype("float32")

x_train, y_train = features[:1_000], targets[:1_000]
x_eval, y_eval = features[1_000:], targets[1_000:]

print("training data:", x_train.shape, "->", y_train.shape)
print("evaluation data:", x_eval.shape, "->", y_eval.shape)

# %% tags=["test"]
assert keras.backend.backend() == "jax"
assert (x_train.shape, y_train.shape, x_eval.shape) == ((1_000, 32), (1_000, 1), (200, 32))

# %% [markdown]
# All models on this data have the same layers. The dropout layer is there for a reason: it draws
# random numbers, so the model has a state that changes without being trained.


# %%
def small_network():
    inputs = keras.Input(shape=(32,))
    x = keras.layers.Dense(32, activation="relu")(inputs)
    x = keras.layers.Dropout(0.1)(x)
    outputs = keras.layers.Dense(1)(x)
    return inputs, outputs


# %% [markdown]
# ## A first example, with nothing hidden {#a-first-low-level-example}
#
# JAX differentiates and compiles *pure* functions. Such a function gets all that it needs as
# arguments and returns all that it changes. It must not write into a `keras.Variable` on the way. So
# with JAX a training step has this form:
#
# ```python
# def train_step(self, state, data):
#     ...
#     return logs, state
# ```
#
# The `state` is a tuple of four lists of arrays: the current values of the trainable variables, of
# the non-trainable ones (such as the seed of dropout), of the optimizer's variables, and of the
# metrics' variables. You return a tuple of the same form, with the new values. `fit()` passes it to
# the next step, and writes it back into the variables at the end of the epoch. `data` is the batch.
#
# For the methods that read or change variables, Keras has *stateless* twins, which take values and
# return values instead:
#
# | usual | stateless |
# | --- | --- |
# | `model(x)` | `model.stateless_call(trainable, non_trainable, x)` |
# | `optimizer.apply(grads)` | `optimizer.stateless_apply(optimizer_values, grads, trainable)` |
# | `metric.update_state(…)` | `metric.stateless_update_state(metric_values, …)` |
# | `metric.result()` | `metric.stateless_result(metric_values)` |
#
# Below, the model computes a mean squared error by itself and tracks two metrics of its own.
# `jax.value_and_grad` makes a function that returns the loss and its gradient with respect to the
# first argument, here the list of trainable values. With `has_aux=True`, the loss function may return
# other things beside the loss. We need that for the predictions and the new non-trainable values.
#
# The property `metrics` lists our two trackers. From it `fit()` knows which values belong in the
# last part of the state, and what to reset when an epoch begins.


# %%
class LowLevelModel(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.error_tracker = keras.metrics.MeanAbsoluteError(name="mae")

    @property
    def metrics(self):
        return [self.loss_tracker, self.error_tracker]

    def squared_error(self, trainable, non_trainable, x, y):
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
        loss = keras.ops.mean(keras.ops.square(y_pred - y))
        return loss, (y_pred, non_trainable)

    def train_step(self, state, data):
        trainable, non_trainable, optimizer_values, metric_values = state
        x, y = data

        # Loss and gradients.
        loss_and_gradients = jax.value_and_grad(self.squared_error, has_aux=True)
        (loss, (y_pred, non_trainable)), gradients = loss_and_gradients(trainable, non_trainable, x, y)

        # New weights.
        trainable, optimizer_values = self.optimizer.stateless_apply(optimizer_values, gradients, trainable)

        # New metrics. The values stand in the order of `metrics`: first those of the loss.
        first = len(self.loss_tracker.variables)
        loss_values = self.loss_tracker.stateless_update_state(metric_values[:first], loss)
        error_values = self.error_tracker.stateless_update_state(metric_values[first:], y, y_pred)
        logs = {
            "loss": self.loss_tracker.stateless_result(loss_values),
            "mae": self.error_tracker.stateless_result(error_values),
        }
        return logs, (trainable, non_trainable, optimizer_values, loss_values + error_values)


# %% [markdown]
# `compile()` gets an optimizer only, because the step knows its loss and its metrics. `fit()`
# compiles the step with `jax.jit`, as it does with the built-in one. Batches of 50 divide the 1,000
# samples evenly. JAX would compile the step once more for a smaller last batch.

# %%
model = LowLevelModel(*small_network())
model.compile(optimizer=keras.optimizers.Adam(learning_rate=3e-3))
untrained = model.get_weights()
low_level = model.fit(x_train, y_train, batch_size=50, epochs=epochs, verbose=0)

print("names in the history:", list(low_level.history))
print(f"loss of the first epoch: {low_level.history['loss'][0]:.3f}")
print(f"loss of the last epoch:  {low_level.history['loss'][-1]:.3f}")

# %% tags=["test"]
assert set(low_level.history) == {"loss", "mae"}
assert len(low_level.history["loss"]) == epochs
assert low_level.history["loss"][-1] < 0.8 * low_level.history["loss"][0]
assert low_level.history["mae"][-1] < low_level.history["mae"][0]
assert int(model.optimizer.iterations) == epochs * 20
assert all(not np.array_equal(old, new) for old, new in zip(untrained, model.get_weights(), strict=True))
# Dropout drew once in every step.
assert int(np.asarray(model.non_trainable_variables[0].value)[1]) == epochs * 20
assert len(model.metrics_variables) == 4

# %% [markdown]
# ## Going higher level {#going-higher-level}
#
# A step that fixes its loss fits one task only. The next one uses what the user passes to
# `compile()`:
#
# - `stateless_compute_loss()` is the twin of `compute_loss()`. It computes the compiled loss and adds
#   the penalties of weight regularizers. It gets the trainable values too, so that the gradient of a
#   penalty is right.
# - `self.metrics`, which we no longer override, holds a tracker named `loss`, and one object in which
#   all compiled metrics are gathered. The result of the latter is a dictionary.
#
# A separate method updates the metrics, because the evaluation will need the same. It cuts the list
# of values into the parts that belong to each metric.


# %%
class HighLevelModel(keras.Model):
    def loss_and_state(self, trainable, non_trainable, metric_values, x, y, weights, training):
        y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=training)
        loss, (_, non_trainable, metric_values) = self.stateless_compute_loss(
            trainable, non_trainable, metric_values, x, y, y_pred, weights, training=training
        )
        return loss, (y_pred, non_trainable, metric_values)

    def update_metrics(self, metric_values, loss, y, y_pred, weights):
        logs, updated, start = {}, [], 0
        for metric in self.metrics:
            end = start + len(metric.variables)
            inputs = (loss,) if metric.name == "loss" else (y, y_pred, weights)
            values = metric.stateless_update_state(metric_values[start:end], *inputs)
            result = metric.stateless_result(values)
            logs.update(result if isinstance(result, dict) else {metric.name: result})
            updated.extend(values)
            start = end
        return logs, updated

    def learn(self, state, x, y, weights=None):
        trainable, non_trainable, optimizer_values, metric_values = state
        loss_and_gradients = jax.value_and_grad(self.loss_and_state, has_aux=True)
        (loss, (y_pred, non_trainable, metric_values)), gradients = loss_and_gradients(
            trainable, non_trainable, metric_values, x, y, weights, training=True
        )
        trainable, optimizer_values = self.optimizer.stateless_apply(optimizer_values, gradients, trainable)
        logs, metric_values = self.update_metrics(metric_values, loss, y, y_pred, weights)
        return logs, (trainable, non_trainable, optimizer_values, metric_values)

    def train_step(self, state, data):
        x, y = data
        return self.learn(state, x, y)


# %% [markdown]
# The built-in step does the same, so both should learn the same. (When it tracks the mean loss, it
# also weights each batch by its size; our batches are all of one size.) We train the two from the
# same seed and compare their weights:


# %%
def trained(model_class, targets=y_train, **fit_options):
    keras.utils.set_random_seed(7)
    model = model_class(*small_network())
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=3e-3),
        loss="mean_squared_error",
        metrics=["mean_absolute_error"],
    )
    history = model.fit(x_train, targets, batch_size=50, epochs=epochs, verbose=0, **fit_options)
    return model, history.history


own, own_history = trained(HighLevelModel)
built_in, built_in_history = trained(keras.Model)

pairs = zip(own.get_weights(), built_in.get_weights(), strict=True)
print("names in the history:", list(own_history))
print("same weights:", all(np.allclose(ours, theirs, atol=1e-3) for ours, theirs in pairs))

# %% tags=["test"]
assert set(own_history) == set(built_in_history) == {"loss", "mean_absolute_error"}
for name in own_history:
    assert np.allclose(own_history[name], built_in_history[name], rtol=0.01, atol=1e-3), name
for ours, theirs in zip(own.get_weights(), built_in.get_weights(), strict=True):
    assert np.allclose(ours, theirs, atol=1e-3)
assert own_history["loss"][-1] < 0.8 * own_history["loss"][0]

# %% [markdown]
# Our loss leaves two things out: what a layer passes to `add_loss()` while it is called, and its
# scaling for the `mixed_float16` policy. Under this policy, the optimizer divides the gradients by
# the scale, whether or not you have multiplied the loss by it. The built-in step takes care of both
# in `compute_loss_and_updates()`, which you can use as well. How to add the losses of layers by
# hand is shown in [a training loop of your
# own](writing_a_custom_training_loop_in_jax.md#losses-that-layers-add).

# %% [markdown]
# ## Sample weights and class weights {#supporting-sample-weight-and-class-weight}
#
# With `fit(…, sample_weight=…)` some samples count more than others. The batch then has three parts,
# and `x, y = data` fails. `keras.utils.unpack_x_y_sample_weight` copes with one, two or three parts,
# and puts `None` for what is missing. The weights go to the loss. They go to the metrics too, where
# Keras applies them to those that were compiled as `weighted_metrics`.


# %%
class WeightedModel(HighLevelModel):
    def train_step(self, state, data):
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        return self.learn(state, x, y, weights)


# %% [markdown]
# To see the weights at work, we spoil the first 300 targets, and give these samples a weight of zero.
# The model should do about as well as `own`, which had the clean targets:

# %%
spoilt_targets = y_train.copy()
spoilt_targets[:300] += 5
trust = np.ones(1_000, dtype="float32")
trust[:300] = 0

careful, _ = trained(WeightedModel, spoilt_targets, sample_weight=trust)


def mean_error(model):
    return np.abs(model.predict(x_eval, verbose=0) - y_eval).mean()


print(f"mean error, clean targets:                     {mean_error(own):.2f}")
print(f"mean error, spoilt targets with weight zero:   {mean_error(careful):.2f}")

# %% tags=["test"]
# Taken seriously, the spoilt targets would shift the predictions by 1.5 in the mean.
assert abs((careful.predict(x_eval, verbose=0) - y_eval).mean()) < 0.5
assert mean_error(careful) < mean_error(own) + 0.3

# %% [markdown]
# Class weights need no code at all. `fit(…, class_weight=…)` looks up the weight of each label and
# passes the result on as sample weights. Here about one sample in ten belongs to class 1. With a
# weight of 9 the model finds more of them:

# %%
threshold = np.quantile(y_train, 0.9)
rare_train = (y_train > threshold).astype("float32")
rare_eval = (y_eval > threshold).astype("float32")

found = {}
for weight in (1, 9):
    keras.utils.set_random_seed(7)
    classifier = WeightedModel(*small_network())
    classifier.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-3),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    weights = {0: 1, 1: weight}
    classifier.fit(x_train, rare_train, batch_size=50, epochs=epochs, class_weight=weights, verbose=0)
    says_rare = classifier.predict(x_eval, verbose=0) > 0
    found[weight] = int(says_rare[rare_eval == 1].sum())
    print(f"weight {weight}: {found[weight]} of {int(rare_eval.sum())} rare samples found")

# %% tags=["test"]
assert rare_train.sum() == 100
assert found[9] > found[1]
assert 0 < found[9] <= rare_eval.sum()

# %% [markdown]
# ## An evaluation step of your own {#your-own-evaluation-step}
#
# `evaluate()`, and the validation in `fit()`, call `test_step()`. With JAX its state has three parts
# only, for there is no optimizer. If your training step follows the rules of `compile()`, as ours
# does, the built-in evaluation fits it. Override `test_step()` where you want to judge the model in a
# different way.
#
# As an example, we leave dropout on, and judge the mean of ten predictions, each with other neurons
# dropped. The new non-trainable values of one call go into the next. Forget that, and dropout would
# draw the same numbers ten times: the seed is part of the state.


# %%
class CommitteeModel(WeightedModel):
    members = 10

    def test_step(self, state, data):
        trainable, non_trainable, metric_values = state
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)

        votes = []
        for _ in range(self.members):
            vote, non_trainable = self.stateless_call(trainable, non_trainable, x, training=True)
            votes.append(vote)
        y_pred = keras.ops.mean(keras.ops.stack(votes), axis=0)

        loss, (_, non_trainable, metric_values) = self.stateless_compute_loss(
            trainable, non_trainable, metric_values, x, y, y_pred, weights, training=False
        )
        logs, metric_values = self.update_metrics(metric_values, loss, y, y_pred, weights)
        return logs, (trainable, non_trainable, metric_values)


# %%
committee, _ = trained(CommitteeModel)

options = {"batch_size": 50, "return_dict": True, "verbose": 0}
usual = own.evaluate(x_eval, y_eval, **options)
by_committee = committee.evaluate(x_eval, y_eval, **options)
print("without dropout:", {name: round(value, 3) for name, value in usual.items()})
print("by committee:   ", {name: round(value, 3) for name, value in by_committee.items()})

# %% tags=["test"]
assert set(by_committee) == {"loss", "mean_absolute_error"}
# The training step is the same as before, so the weights are those of `own`.
for ours, theirs in zip(committee.get_weights(), own.get_weights(), strict=True):
    assert np.allclose(ours, theirs, atol=1e-3)
# A mean over dropout masks comes close to the prediction without dropout, but is not equal to it.
assert by_committee["loss"] != usual["loss"]
assert np.allclose(by_committee["loss"], usual["loss"], rtol=0.3)
# Twenty draws in each training epoch, ten in each of the four batches of the evaluation.
draws = int(np.asarray(committee.non_trainable_variables[0].value)[1])
assert draws == epochs * 20 + 10 * 4

# %% [markdown]
# ## A small GAN, from end to end {#a-small-gan}
#
# A *generative adversarial network* is a pair. The *generator* turns random numbers into pictures.
# The *discriminator* looks at a picture and says whether it is real. Each has its own loss and its
# own optimizer, so the built-in step cannot train them, but one of ours can.
#
# The digit 3 will do as our data. We take 6,000 pictures of it from MNIST, as flat rows of 784
# pixels between 0 and 1. That keeps the networks small: dense layers are enough.

# %%
(images, labels), _ = keras.datasets.mnist.load_data()
digits = images[labels == 3][:6_000].reshape(-1, 784).astype("float32") / 255
print("digits:", digits.shape)

# %% tags=["quick"]
digits = digits[:240]

# %%
latent_size = 32

discriminator = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(256, activation="leaky_relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(128, activation="leaky_relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(1),
    ]
)
generator = keras.Sequential(
    [
        keras.Input(shape=(latent_size,)),
        keras.layers.Dense(128, activation="leaky_relu"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Dense(256, activation="leaky_relu"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Dense(784, activation="sigmoid"),
    ]
)

# %% [markdown]
# The model that holds both has three points worth a look.
#
# **The forward pass.** `call()` makes fakes, and returns what the discriminator says of the real
# pictures and of the fakes. The noise comes from a `SeedGenerator`, whose state is one of the model's
# non-trainable variables. So `stateless_call()` takes care of the weights of both networks, the
# averages of batch normalization, and all seeds.
#
# **The optimizers.** The state of `fit()` has room for the variables of one optimizer.
# [`keras.optimizers.MultiOptimizer`](https://keras.io/api/optimizers/multi_optimizer/) looks like a
# single optimizer to `fit()`, and passes each variable on to the optimizer that a function of ours
# chooses. Our `compile()` makes it from the two optimizers that it gets.
#
# **The gradients.** The list of trainable values begins with the discriminator's, because `__init__`
# sets this attribute first. We cut it in two, `judge` for the discriminator and `artist` for the
# generator, and differentiate each loss with respect to its own part. JAX leaves the other part
# alone, so nothing needs to be frozen.
#
# The discriminator should say 1 to real pictures and 0 to fakes; a label of 0.9 instead of 1 keeps it
# from being too sure. The generator wants it to say 1 to its fakes.


# %%
class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_size, seed=2026):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_size = latent_size
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.discriminator_tracker = keras.metrics.Mean(name="discriminator_loss")
        self.generator_tracker = keras.metrics.Mean(name="generator_loss")

    @property
    def metrics(self):
        return [self.discriminator_tracker, self.generator_tracker]

    def compile(self, discriminator_optimizer, generator_optimizer):
        judges = {id(variable) for variable in self.discriminator.trainable_variables}

        def choose(variable):
            return discriminator_optimizer if id(variable) in judges else generator_optimizer

        super().compile(optimizer=keras.optimizers.MultiOptimizer(choose))
        self.loss_function = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, real, training=False):
        shape = (keras.ops.shape(real)[0], self.latent_size)
        noise = keras.random.normal(shape, seed=self.seed_generator)
        fakes = self.generator(noise, training=training)
        return (
            self.discriminator(real, training=training),
            self.discriminator(fakes, training=training),
        )

    def judge_loss(self, judge, artist, non_trainable, real):
        (on_real, on_fake), non_trainable = self.stateless_call(
            judge + artist, non_trainable, real, training=True
        )
        loss = self.loss_function(0.9 * keras.ops.ones_like(on_real), on_real)
        loss += self.loss_function(keras.ops.zeros_like(on_fake), on_fake)
        return loss, non_trainable

    def artist_loss(self, artist, judge, non_trainable, real):
        (_, on_fake), _ = self.stateless_call(judge + artist, non_trainable, real, training=True)
        return self.loss_function(keras.ops.ones_like(on_fake), on_fake)

    def train_step(self, state, data):
        trainable, non_trainable, optimizer_values, metric_values = state
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        cut = len(self.discriminator.trainable_variables)
        judge, artist = trainable[:cut], trainable[cut:]

        artist_loss, artist_gradients = jax.value_and_grad(self.artist_loss)(
            artist, judge, non_trainable, real
        )
        (judge_loss, non_trainable), judge_gradients = jax.value_and_grad(self.judge_loss, has_aux=True)(
            judge, artist, non_trainable, real
        )

        # Both networks learn at once, from the same fakes.
        trainable, optimizer_values = self.optimizer.stateless_apply(
            optimizer_values, judge_gradients + artist_gradients, trainable
        )

        logs, updated = {}, []
        losses = (judge_loss, artist_loss)
        for number, (metric, loss) in enumerate(zip(self.metrics, losses, strict=True)):
            # A `Mean` has two variables: a sum and a count.
            values = metric_values[2 * number : 2 * number + 2]
            values = metric.stateless_update_state(values, loss)
            logs[metric.name] = metric.stateless_result(values)
            updated.extend(values)
        return logs, (trainable, non_trainable, optimizer_values, updated)


# %% [markdown]
# Since this is `fit()`, callbacks work. Ours draws eight digits at the end of every epoch, always
# from the same noise. By then the new values are back in the variables, so the generator can be
# called as usual.


# %%
class Gallery(keras.callbacks.Callback):
    def __init__(self, latent_size):
        super().__init__()
        self.noise = keras.random.normal((8, latent_size), seed=5)
        self.pictures = []

    def on_epoch_end(self, epoch, logs=None):
        fakes = self.model.generator(self.noise, training=False)
        self.pictures.append(keras.ops.convert_to_numpy(fakes).reshape(-1, 28, 28))


# %%
gan = GAN(discriminator, generator, latent_size)
gan.compile(
    discriminator_optimizer=keras.optimizers.Adam(learning_rate=3e-4, beta_1=0.5),
    generator_optimizer=keras.optimizers.Adam(learning_rate=6e-4, beta_1=0.5),
)

untrained_gan = gan.get_weights()
gallery = Gallery(latent_size)
history = gan.fit(digits, batch_size=60, epochs=gan_epochs, callbacks=[gallery], verbose=0).history
for name, values in history.items():
    print(f"{name}: {values[0]:.2f} in the first epoch, {values[-1]:.2f} in the last")

# %% tags=["test"]
steps = gan_epochs * len(digits) // 60
assert set(history) == {"discriminator_loss", "generator_loss"}
assert np.isfinite(history["discriminator_loss"] + history["generator_loss"]).all()
assert len(gallery.pictures) == gan_epochs
assert gallery.pictures[-1].shape == (8, 28, 28)
assert int(gan.optimizer.iterations) == steps
rates = [float(keras.ops.convert_to_numpy(one.learning_rate)) for one in gan.optimizer.optimizers]
assert np.allclose(rates, [3e-4, 6e-4])
assert [int(one.iterations) for one in gan.optimizer.optimizers] == [steps, steps]
in_order = discriminator.trainable_variables + generator.trainable_variables
assert all(one is other for one, other in zip(gan.trainable_variables, in_order, strict=True))
# Everything moved: both networks, and the averages of batch normalization.
assert all(not np.array_equal(old, new) for old, new in zip(untrained_gan, gan.get_weights(), strict=True))
assert int(np.asarray(gan.seed_generator.state.value)[1]) == steps
assert not np.array_equal(gallery.pictures[0], gallery.pictures[-1])

# %% tags=["test", "full"]
if len(digits) == 6_000 and gan_epochs == 40:
    sample = keras.ops.convert_to_numpy(generator(keras.random.normal((500, latent_size), seed=9)))
    assert np.corrcoef(sample.mean(axis=0), digits.mean(axis=0))[0, 1] > 0.9
    # The fakes differ from each other: the generator does not draw one picture only.
    assert sample.std(axis=0).mean() > 0.3 * digits.std(axis=0).mean()

# %% [markdown]
# Each row of the figure belongs to one epoch, each column to one noise vector:

# %% alt="Four rows of eight generated pictures. The top row, after the first epoch, shows grey noise. In the rows below the pictures are handwritten threes, most of them easy to read."
shown = np.linspace(0, gan_epochs - 1, 4).astype(int)
figure, axes = plt.subplots(4, 8, figsize=(7, 4))
for row, epoch in zip(axes, shown, strict=True):
    for axis, picture in zip(row, gallery.pictures[epoch], strict=True):
        axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
    row[0].set_ylabel(f"epoch {epoch + 1}", rotation=0, ha="right", va="center")
figure.suptitle("Generated digits")
plt.show()

# %% [markdown]
# The losses of a GAN do not both fall. At first the discriminator tells the noise from the digits
# easily, and the generator's loss is high. As the fakes get better, the discriminator's task gets
# harder and its loss goes up. Then there is a balance, in which both go on learning.

# %% alt="Two curves over the epochs: the generator's loss, a solid line, begins high, jumps up in the second epoch, then falls fast; the discriminator's, a dashed line, begins low and climbs slowly. In the end both stay nearly level, close to each other."
epoch_numbers = range(1, gan_epochs + 1)
plt.figure(figsize=(7, 3))
plt.plot(epoch_numbers, history["generator_loss"], "-", label="generator")
plt.plot(epoch_numbers, history["discriminator_loss"], "--", label="discriminator")
plt.title("The losses of the two networks")
plt.xlabel("epoch")
plt.ylabel("mean loss of the epoch")
plt.legend()
plt.show()

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - If even `fit()` stands in your way, write
#   [a training loop of your own in JAX](writing_a_custom_training_loop_in_jax.md). Its GAN trains the
#   two networks in turns.
# - [Writing your own callbacks](writing_your_own_callbacks.md) tells what else can be done between the
#   steps.
# - [New layers and models by subclassing](making_new_layers_and_models_via_subclassing.md) explains
#   how a model keeps track of layers, variables and seeds.
# - The reference of [the training methods](https://keras.io/api/models/model_training_apis/), of
#   [the optimizers](https://keras.io/api/optimizers/) and of [the
#   metrics](https://keras.io/api/metrics/) lists their options.
