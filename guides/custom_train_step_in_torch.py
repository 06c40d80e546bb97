# ---
# title: A training step of your own in PyTorch
# description: Keep fit() and replace only what it does with a batch, up to a small GAN.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: custom_training
# tags: [train-step, metrics, sample-weight, gan, pytorch]
# accelerator: none
# backends: [torch]
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
# [`fit()`](https://keras.io/api/models/model_training_apis/) does two kinds of work. Around the
# batches it runs the epochs, the callbacks, the validation and the progress bar. With each batch it
# calls one method of the model, `train_step()`, which computes a loss and updates the weights.
#
# When your learning algorithm is not the usual one, you need not give up the first kind of work.
# Subclass [`keras.Model`](https://keras.io/api/models/model/), override `train_step()`, and keep
# calling `fit()`. This guide does so step by step. It begins with a step in which everything is
# written out, hands some of the work back to Keras, adds weights for the samples and an evaluation
# of your own, and ends with a network that draws digits.
#
# Training steps compute gradients, and each framework does that in its own way. This guide is for
# PyTorch. There are two more, for [JAX](custom_train_step_in_jax.md) and for
# [TensorFlow](custom_train_step_in_tensorflow.md).

# %% [markdown]
# ## Setup {#setup}
#
# The backend has to be PyTorch, because the steps below call PyTorch directly. The seed makes a
# second run repeat the first.

# %%
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import matplotlib.pyplot as plt
import numpy as np
import torch

from keras import ops

keras.utils.set_random_seed(2026)

# %% tags=["test"]
assert keras.backend.backend() == "torch"

# %% [markdown]
# ## A first low-level example {#a-first-low-level-example}
#
# We want to see whether a step really learns, so we make data from a rule that we know: 1,000
# samples of 32 features, and a target that is a weighted sum of them with a little noise. A single
# dense layer can find the 32 weights, and we can compare.

# %%
rng = np.random.default_rng(2026)
x = rng.normal(size=(1000, 32)).astype("float32")
true_kernel = rng.normal(size=(32, 1)).astype("float32")
noise = rng.normal(scale=0.1, size=(1000, 1)).astype("float32")
y = x @ true_kernel + noise

print("x:", x.shape, "y:", y.shape)

# %% [markdown]
# Here is a training step with nothing left out. In PyTorch, it has four parts:
#
# 1. **Forward.** Call the model and compute the loss. PyTorch records the operations on the way.
# 2. **Backward.** `loss.backward()` adds the gradients to the `grad` of every weight. It *adds*
#    them, so `self.zero_grad()` must clear those of the step before. A Keras model is also a
#    `torch.nn.Module`, which is where this method comes from.
# 3. **Update.** A Keras variable keeps its PyTorch tensor in `value`, so the gradients are in
#    `value.grad`. `optimizer.apply()` takes them together with the weights, in the same order.
#    Inside `torch.no_grad()`, PyTorch does not record the update as something to differentiate.
# 4. **Report.** Update the metrics, and return their results under the names that `fit()` is to
#    show.


# %%
class LowLevelModel(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_fn = keras.losses.MeanSquaredError()
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")

    def train_step(self, data):
        inputs, targets = data

        outputs = self(inputs, training=True)
        loss = self.loss_fn(targets, outputs)

        self.zero_grad()
        loss.backward()

        weights = self.trainable_weights
        gradients = [weight.value.grad for weight in weights]
        with torch.no_grad():
            self.optimizer.apply(gradients, weights)

        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(targets, outputs)
        return {metric.name: metric.result() for metric in self.metrics}

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric]


# %% [markdown]
# `data` is one batch, in the same form as the data passed to `fit()`. We pass `x` and `y`, so it is
# a pair. A metric adds up over batches until it is reset. `fit()` resets all that the property
# `metrics` lists, at the start of each epoch. With the property above, it resets exactly our two
# metrics.
#
# All models of this section look alike, so a function builds them. Called with inputs and outputs,
# a subclass of `Model` is a functional model with methods of your own, and needs no `call()`. Its
# weights start at zero, so that results are easy to compare.


# %%
def build(model_class, activation=None):
    inputs = keras.Input(shape=(32,))
    layer = keras.layers.Dense(1, activation=activation, kernel_initializer="zeros")
    return model_class(inputs, layer(inputs))


# %% [markdown]
# `compile()` gets the optimizer only. The loss and the metrics belong to the model now.

# %%
model = build(LowLevelModel)
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.02))
history = model.fit(x, y, batch_size=50, epochs=10, verbose=2)

# %% [markdown]
# The error is down to the level of the noise. How far are the weights from those of the rule?

# %%
kernel, bias = model.get_weights()
print("largest error of a weight:", np.abs(kernel - true_kernel).max().round(2))

# %% tags=["test"]
losses = history.history["loss"]
assert set(history.history) == {"loss", "mae"}
assert len(losses) == 10
assert losses[-1] < 0.05 < 1 < losses[0]
assert losses[:5] == sorted(losses[:5], reverse=True)
assert np.abs(kernel - true_kernel).max() < 0.05
assert abs(bias[0]) < 0.05
assert model.optimizer.iterations == 200
assert [metric.name for metric in model.metrics] == ["loss", "mae"]
assert np.isclose(history.history["mae"][-1], np.abs(x @ kernel + bias - y).mean(), atol=0.01)

# %% [markdown]
# A step can learn and still be wrong in details. For this model the gradient can be written down by
# hand: that of the mean squared error is twice the mean of input times error (prediction minus
# target). So we can check a single step, the first one. With all samples in one batch, an epoch is
# one step:

# %%
checked = build(LowLevelModel)
checked.compile(optimizer=keras.optimizers.SGD(learning_rate=0.02))
checked.fit(x, y, batch_size=1000, epochs=1, verbose=0)

# From weights of zero, all predictions are zero, and the error is -y.
expected_kernel = -0.02 * 2 * (x.T @ -y) / len(x)
difference = np.abs(checked.get_weights()[0] - expected_kernel).max()
print("the step is the one worked out by hand:", bool(difference < 1e-4))

# %% tags=["test"]
assert difference < 1e-4
assert np.abs(expected_kernel).max() > 0.02
checked.fit(x, y, batch_size=1000, epochs=1, verbose=0)
first_error = x @ expected_kernel + 0.04 * y.mean() - y
second_kernel = expected_kernel - 0.04 * x.T @ first_error / len(x)
# Without `zero_grad()`, the second step would take the first gradient once more.
assert np.allclose(checked.get_weights()[0], second_kernel, atol=1e-3)

# %% [markdown]
# ## Going higher level {#going-higher-level}
#
# The model above has its loss and its metrics built in. Most users expect to name them in
# `compile()`. Two methods make that possible:
#
# - `self.compute_loss()` computes the loss that was compiled, and adds the losses of the layers,
#   such as those of regularizers
# - `self.compute_metrics()` updates the compiled metrics, and returns the results of all metrics as
#   one flat dictionary
#
# Once a model is compiled, `self.metrics` starts with a tracker of the mean loss, called `loss`. A
# step of your own has to update it. The last batch may be smaller than the others, so we weight
# each loss by the number of its samples. Parts 2 and 3 of the step stay as they are from here on,
# so they become a function.


# %%
def descend(network, loss, optimizer):
    """Move the weights of one network against the gradients of a loss."""
    network.zero_grad()
    loss.backward()
    weights = network.trainable_weights
    gradients = [weight.value.grad for weight in weights]
    with torch.no_grad():
        optimizer.apply(gradients, weights)


class HigherLevelModel(keras.Model):
    def train_step(self, data):
        inputs, targets = data
        outputs = self(inputs, training=True)
        loss = self.compute_loss(x=inputs, y=targets, y_pred=outputs)

        descend(self, loss, self.optimizer)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=len(inputs))
        return self.compute_metrics(inputs, targets, outputs)


# %% [markdown]
# Apart from sample weights and loss scaling, this is the step that Keras takes by itself. To see
# that, we train it and a plain `keras.Model` from the same seed, and compare what `fit()` reports:

# %%
reports = {}
for model_class in (HigherLevelModel, keras.Model):
    keras.utils.set_random_seed(2026)
    model = build(model_class)
    model.compile(optimizer=keras.optimizers.SGD(0.02), loss="mse", metrics=["mae"])
    reports[model_class] = model.fit(x, y, batch_size=64, epochs=5, verbose=0).history

ours, builtin = reports[HigherLevelModel], reports[keras.Model]
print("reported:", list(ours))
print("the same losses:", np.allclose(ours["loss"], builtin["loss"]))
print("the same errors:", np.allclose(ours["mae"], builtin["mae"]))

# %% tags=["test"]
assert list(ours) == list(builtin) == ["loss", "mae"]
# The batches hold 64 samples, and the last one 40: a plain mean of the losses would differ.
assert np.allclose(ours["loss"], builtin["loss"], rtol=1e-4)
assert np.allclose(ours["mae"], builtin["mae"], rtol=1e-4)
assert ours["loss"][-1] < ours["loss"][0] / 2

# %% [markdown]
# Two more things for real projects. If the model trains with the `mixed_float16` policy, pass the
# loss through `self.optimizer.scale_loss(loss)` before `backward()`, or small gradients may vanish.
# Under this policy, the optimizer divides the gradients by the scale, whether or not you have
# multiplied the loss by it. Where no scaling is needed, `scale_loss()` does nothing. And step
# methods run eagerly on PyTorch, so you can print and set breakpoints inside. Only
# `compile(jit_compile=True)` hands them to `torch.compile`.

# %% [markdown]
# ## Supporting sample weights and class weights {#supporting-sample-weight-and-class-weight}
#
# `fit()` takes a weight for each sample, as `sample_weight`. The weights come as a third part of
# `data`. The step above would fail, because it unpacks only two parts. `unpack_x_y_sample_weight()`
# always returns three, with `None` for what is missing. Then hand the weights to the loss and to
# the metrics:


# %%
class WeightedModel(keras.Model):
    def train_step(self, data):
        inputs, targets, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        outputs = self(inputs, training=True)
        loss = self.compute_loss(x=inputs, y=targets, y_pred=outputs, sample_weight=sample_weight)

        descend(self, loss, self.optimizer)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=len(inputs))
        return self.compute_metrics(inputs, targets, outputs, sample_weight=sample_weight)


# %% [markdown]
# To see the weights at work, we spoil 200 of the 1,000 targets, by adding 4. A model that trusts
# all samples has to shift its predictions upwards, by about 200 / 1,000 × 4 = 0.8. With a weight of
# zero on the spoiled samples it should not shift at all. `weighted_metrics` take the weights into
# account, `metrics` never do.

# %%
spoiled = rng.choice(1000, size=200, replace=False)
y_spoiled = y.copy()
y_spoiled[spoiled] += 4
sample_weight = np.ones(1000, dtype="float32")
sample_weight[spoiled] = 0

results = {}
for name, weights in {"trusting": None, "weighted": sample_weight}.items():
    model = build(WeightedModel)
    model.compile(
        optimizer=keras.optimizers.SGD(0.02),
        loss="mse",
        metrics=[keras.metrics.MeanAbsoluteError(name="mae")],
        weighted_metrics=[keras.metrics.MeanAbsoluteError(name="weighted_mae")],
    )
    log = model.fit(x, y_spoiled, batch_size=50, epochs=15, sample_weight=weights, verbose=0)
    results[name] = {metric: values[-1] for metric, values in log.history.items()}
    results[name]["bias"] = float(model.get_weights()[1][0])
    print(f"{name}:", {key: round(value, 1) for key, value in results[name].items()})

# %% tags=["test"]
trusting, weighted = results["trusting"], results["weighted"]
assert 0.6 < trusting["bias"] < 1.0
assert abs(weighted["bias"]) < 0.05
assert weighted["loss"] < 0.05 < trusting["loss"]
# Four fifths of the samples are right, and the others are off by 4.
assert abs(weighted["mae"] - 0.87) < 0.1
assert weighted["weighted_mae"] < 0.15
assert np.isclose(trusting["mae"], trusting["weighted_mae"], rtol=1e-4)

# %% [markdown]
# `class_weight` needs no further code. `fit()` turns it into sample weights before your step sees
# the batch. Suppose that one sample in ten belongs to a class that we must not miss. Without
# weights, the model finds too few of them. A weight of 9 makes both classes count the same.
# *Recall* is the share of the rare class that is found.

# %%
scores = x @ true_kernel
y_rare = (scores > np.quantile(scores, 0.9)).astype("float32")

recalls = {}
for name, class_weight in {"unweighted": None, "weighted": {0: 1.0, 1: 9.0}}.items():
    model = build(WeightedModel, activation="sigmoid")
    model.compile(
        optimizer=keras.optimizers.SGD(0.02),
        loss="binary_crossentropy",
        metrics=[keras.metrics.Recall(name="recall")],
    )
    model.fit(x, y_rare, batch_size=50, epochs=15, class_weight=class_weight, verbose=0)
    recalls[name] = model.evaluate(x, y_rare, verbose=0, return_dict=True)["recall"]
    print(f"{name:>10}: {recalls[name]:.2f} of the rare class found")

# %% tags=["test"]
assert y_rare.sum() == 100
assert recalls["weighted"] > 0.85
assert recalls["weighted"] > recalls["unweighted"] + 0.2

# %% [markdown]
# `class_weight` works with arrays, but not with a PyTorch `DataLoader`: there, let the loader yield
# the sample weights as the third part of each batch.

# %% [markdown]
# ## An evaluation step of your own {#your-own-evaluation-step}
#
# `evaluate()`, and `fit()` when it validates, call `test_step()`. It has no gradients and no
# update. Keras runs it inside `torch.no_grad()`, so PyTorch records nothing. Pass `training=False`,
# so that layers such as dropout do nothing.
#
# An evaluation may report more than the training does. This one adds `close`, the share of
# predictions that are less than 0.2 off the mark. It continues our first model, which has its own
# loss, so it has to provide its own test step too: the built-in one would look for a compiled loss.
# During training nothing updates `close`, so the training step leaves it out of its report.


# %%
class EvaluatedModel(LowLevelModel):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.close_metric = keras.metrics.Mean(name="close")

    def train_step(self, data):
        logs = super().train_step(data)
        return {"loss": logs["loss"], "mae": logs["mae"]}

    def test_step(self, data):
        inputs, targets = data
        outputs = self(inputs, training=False)
        self.loss_tracker.update_state(self.loss_fn(targets, outputs))
        self.mae_metric.update_state(targets, outputs)
        self.close_metric.update_state(ops.abs(targets - outputs) < 0.2)
        return {metric.name: metric.result() for metric in self.metrics}

    @property
    def metrics(self):
        return [*super().metrics, self.close_metric]


# %%
model = build(EvaluatedModel)
model.compile(optimizer=keras.optimizers.SGD(0.02))
unseen = (x[800:], y[800:])
history = model.fit(x[:800], y[:800], batch_size=50, epochs=15, validation_data=unseen, verbose=0)
evaluation = model.evaluate(*unseen, batch_size=50, verbose=0, return_dict=True)

print("fit() reports:", ", ".join(history.history))
print("evaluate():", {name: round(value, 2) for name, value in evaluation.items()})

# %% tags=["test"]
assert set(history.history) == {"loss", "mae", "val_loss", "val_mae", "val_close"}
errors = np.abs(model.predict(unseen[0], verbose=0) - unseen[1])
assert set(evaluation) == {"loss", "mae", "close"}
assert np.isclose(evaluation["close"], (errors < 0.2).mean(), atol=0.02)
assert np.isclose(evaluation["mae"], errors.mean(), rtol=1e-2)
assert np.isclose(evaluation["loss"], (errors**2).mean(), rtol=1e-2)
assert evaluation["close"] > 0.8 > 0.5 > history.history["val_close"][0]
assert np.isclose(history.history["val_close"][-1], evaluation["close"], atol=1e-6)

# %% [markdown]
# ## A small GAN {#a-small-gan}
#
# A generative adversarial network is the classic case for a step of your own, because it has two
# networks with opposed aims. The *generator* turns random vectors into pictures. The
# *discriminator* gets real pictures and generated ones, and learns to tell them apart. The
# generator learns to make pictures that pass for real ones.
#
# We let it learn to draw one digit, the eight. MNIST has 5,851 of them among its training pictures,
# which is few enough for a CPU. Each picture becomes a vector of 784 numbers between 0 and 1.

# %% tags=["parameters"]
gan_epochs = 20

# %%
(images, labels), _ = keras.datasets.mnist.load_data()
eights = images[labels == 8].reshape(-1, 784).astype("float32") / 255
print("eights:", eights.shape)

# %% tags=["test"]
assert eights.shape == (5851, 784)
assert eights.min() == 0
assert eights.max() == 1

# %% tags=["quick"]
eights = eights[:512]

# %% [markdown]
# Both networks are small stacks of dense layers. The discriminator ends in one number without an
# activation, a *logit*: above zero it says "real", below "generated". Its dropout keeps it from
# knowing the real pictures by heart, and from getting too far ahead of the generator. We seed once
# more, so that this part does not depend on what ran before.

# %%
keras.utils.set_random_seed(2026)
latent_dim = 32
generator = keras.Sequential(
    [
        keras.Input(shape=(latent_dim,)),
        keras.layers.Dense(128),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.LeakyReLU(negative_slope=0.2),
        keras.layers.Dense(256),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.LeakyReLU(negative_slope=0.2),
        keras.layers.Dense(784, activation="sigmoid"),
    ],
    name="generator",
)
discriminator = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(128),
        keras.layers.LeakyReLU(negative_slope=0.2),
        keras.layers.Dropout(0.4),
        keras.layers.Dense(1),
    ],
    name="discriminator",
)

# %% [markdown]
# Three things differ from the models above:
#
# - `compile()` is our own too. It takes two optimizers, and gives none to Keras.
# - The model has no `call()`, because the pair as a whole computes nothing. Both networks have
#   their weights already, so we can tell Keras that there is nothing left to build.
# - Each network has a step of its own. The discriminator's step makes its pictures inside
#   `torch.no_grad()`, as the generator is not to learn from them. The generator's step must go back
#   *through* the discriminator. So it leaves gradients in the weights of both, but applies only the
#   generator's. Next time, `descend()` clears what was left in the discriminator.


# %%
class GAN(keras.Model):
    def __init__(self, generator, discriminator, latent_dim, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.latent_dim = latent_dim
        self.seed_generator = keras.random.SeedGenerator(2026)
        self.generator_loss = keras.metrics.Mean(name="generator_loss")
        self.discriminator_loss = keras.metrics.Mean(name="discriminator_loss")
        self.built = True

    def compile(self, generator_optimizer, discriminator_optimizer, loss_fn):
        super().compile(optimizer=None)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        return [self.generator_loss, self.discriminator_loss]

    def generate(self, count):
        latent = keras.random.normal((count, self.latent_dim), seed=self.seed_generator)
        return self.generator(latent, training=True)

    def discriminator_step(self, real):
        with torch.no_grad():
            fake = self.generate(len(real))
        on_real = self.discriminator(real, training=True)
        on_fake = self.discriminator(fake, training=True)
        # A target of 0.9 for the real ones keeps the discriminator from being too sure.
        loss = self.loss_fn(0.9 * ops.ones_like(on_real), on_real)
        loss = loss + self.loss_fn(ops.zeros_like(on_fake), on_fake)
        descend(self.discriminator, loss, self.discriminator_optimizer)
        self.discriminator_loss.update_state(loss)

    def generator_step(self, count):
        on_fake = self.discriminator(self.generate(count), training=True)
        # The generator's loss is small when its pictures are taken for real.
        loss = self.loss_fn(ops.ones_like(on_fake), on_fake)
        descend(self.generator, loss, self.generator_optimizer)
        self.generator_loss.update_state(loss)

    def train_step(self, data):
        real, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        self.discriminator_step(real)
        self.generator_step(len(real))
        return {metric.name: metric.result() for metric in self.metrics}


# %% [markdown]
# To follow the progress, a [callback](writing_your_own_callbacks.md) has the generator draw from
# the same eight random vectors after every epoch. It works because `fit()` is still Keras' own.


# %%
class Gallery(keras.callbacks.Callback):
    def __init__(self, latent):
        super().__init__()
        self.latent = latent
        self.pictures = []

    def on_epoch_end(self, epoch, logs=None):
        drawn = self.model.generator(self.latent, training=False)
        self.pictures.append(ops.convert_to_numpy(drawn).reshape(-1, 28, 28))


gan = GAN(generator, discriminator, latent_dim)
gan.compile(
    generator_optimizer=keras.optimizers.Adam(4e-4, beta_1=0.5),
    discriminator_optimizer=keras.optimizers.Adam(4e-4, beta_1=0.5),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)

# %%
gallery = Gallery(keras.random.normal((8, latent_dim), seed=7))
history = gan.fit(eights, batch_size=64, epochs=gan_epochs, callbacks=[gallery], verbose=0)

# %% tags=["test"]
steps = gan_epochs * -(-len(eights) // 64)
assert set(history.history) == {"generator_loss", "discriminator_loss"}
assert len(gallery.pictures) == gan_epochs
assert gan.generator_optimizer.iterations == steps
assert gan.discriminator_optimizer.iterations == gan.generator_optimizer.iterations
assert np.isfinite(list(history.history.values())).all()
assert not np.allclose(gallery.pictures[0], gallery.pictures[-1], atol=0.05)

# %% tags=["test", "full"]
if len(eights) == 5851:
    # The drawings look like an eight on average, have as much ink, and are not all alike.
    drawn = gallery.pictures[-1].reshape(8, 784)
    assert np.corrcoef(drawn.mean(axis=0), eights.mean(axis=0))[0, 1] > 0.8
    assert abs(drawn.mean() - eights.mean()) < 0.05
    assert drawn.std(axis=0).max() > 0.2
    assert 0.2 < history.history["discriminator_loss"][-1] < 1.6

# %% [markdown]
# Each column shows what becomes of one random vector:

# %% alt="Rows of eight generated pictures, for four epochs from the first to the last. The first row is the same speckled blot eight times. The last row shows handwritten eights of several shapes, some of them broken."
shown = sorted({int(n) for n in np.linspace(0, gan_epochs - 1, 4)})
figure, axes = plt.subplots(len(shown), 8, figsize=(7, 0.95 * len(shown) + 0.3), squeeze=False)
for row, epoch in zip(axes, shown, strict=True):
    row[0].set_ylabel(f"epoch {epoch + 1}")
    for axis, picture in zip(row, gallery.pictures[epoch], strict=True):
        axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
figure.suptitle("Generated eights")
figure.tight_layout()
plt.show()

# %% [markdown]
# The losses of a GAN do not go to zero, and should not. Each network is measured against the other,
# so what matters is that neither wins. If the discriminator only said "I cannot tell", its loss
# would be 2 × ln 2 ≈ 1.39, and that of the generator ln 2 ≈ 0.69.

# %% alt="Line chart of two losses by epoch. The generator's loss, a solid line, falls from about 4 to a little above 1 in the first epochs, while the discriminator's, a dashed line, rises from about 0.5 to the same level. Both stay there."
figure, axis = plt.subplots(figsize=(7, 3))
epochs = range(1, gan_epochs + 1)
axis.plot(epochs, history.history["generator_loss"], "-", label="generator")
axis.plot(epochs, history.history["discriminator_loss"], "--", label="discriminator")
axis.set(title="Losses of the two networks", xlabel="epoch", ylabel="mean loss", ylim=(0, None))
axis.legend()
plt.show()

# %% tags=["test"]


def trained(network):
    return [ops.convert_to_numpy(weight).copy() for weight in network.trainable_weights]


# Each step moves its own network only.
generator_before, discriminator_before = trained(generator), trained(discriminator)
gan.discriminator_step(torch.from_numpy(eights[:32]))
assert all(map(np.array_equal, generator_before, trained(generator)))
assert not any(map(np.array_equal, discriminator_before, trained(discriminator)))
discriminator_before = trained(discriminator)
gan.generator_step(32)
assert all(map(np.array_equal, discriminator_before, trained(discriminator)))
assert not np.array_equal(generator_before[0], trained(generator)[0])
# The generator's step leaves gradients in the discriminator, as the prose says.
assert all(weight.value.grad is not None for weight in discriminator.trainable_weights)

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# You have kept `fit()` and changed what it does with a batch: first all of it, then the parts that
# were special, and last with two networks and two optimizers. From here:
#
# - [A training loop of your own in PyTorch](writing_a_custom_training_loop_in_torch.md) does
#   without `fit()` altogether, with PyTorch's optimizers as well as those of Keras.
# - [Training with the built-in methods](training_with_built_in_methods.md) tells what `fit()` and
#   `evaluate()` can do before you need a step of your own.
# - [New layers and models by subclassing](making_new_layers_and_models_via_subclassing.md) has more
#   on classes of your own.
# - [Distributed training with PyTorch](distributed_training_with_torch.md) spreads the work over
#   several devices.
# - The reference of [`Model`](https://keras.io/api/models/model/), of the [training
#   methods](https://keras.io/api/models/model_training_apis/) and of
#   [metrics](https://keras.io/api/metrics/) has every argument.
