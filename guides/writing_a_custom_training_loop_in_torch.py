# ---
# title: A training loop of your own in PyTorch
# description: Do without fit(), and train Keras models in a loop that you write, up to a small GAN.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: custom_training
# tags: [training-loop, metrics, gan, pytorch]
# accelerator: none
# backends: [torch]
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
# `fit()` suits most training, and [a training step of your own](custom_train_step_in_torch.md)
# suits much of the rest. Sometimes you want every line in your hands: the order of the batches,
# which weights move when, what is printed. Then write the loop yourself. With the PyTorch backend
# this is an ordinary loop of PyTorch, because a Keras model is a `torch.nn.Module`, its weights are
# parameters, and what it returns are tensors.
#
# This guide writes such a loop and adds to it step by step: metrics, validation, compilation, and
# the losses that layers bring along. At the end, it trains a network that draws digits. Sister
# guides do the same in [JAX](writing_a_custom_training_loop_in_jax.md) and
# [TensorFlow](writing_a_custom_training_loop_in_tensorflow.md).

# %% [markdown]
# ## Setup {#setup}
#
# The backend has to be PyTorch. The seed makes a second run repeat the first.

# %%
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import matplotlib.pyplot as plt
import numpy as np
import torch

from keras import ops
from torch.utils.data import DataLoader, TensorDataset

keras.utils.set_random_seed(2026)

# %% tags=["test"]
assert keras.backend.backend() == "torch"

# %% [markdown]
# Two numbers say how often the loops go through the data, for the classifier and for the network at
# the end:

# %% tags=["parameters"]
epochs = 6
gan_epochs = 20

# %% [markdown]
# ## The data and the model {#the-data-and-the-model}
#
# We classify the handwritten digits of MNIST. To keep the runs short, we train on the first 12,000
# training pictures, and validate on the 2,000 that follow. Every picture becomes a vector of 784
# numbers between 0 and 1.

# %%
(images, labels), _ = keras.datasets.mnist.load_data()
x = images.reshape(-1, 784).astype("float32") / 255
y = labels.astype("int64")

x_train, y_train = x[:12_000], y[:12_000]
x_val, y_val = x[12_000:14_000], y[12_000:14_000]
print("training:", x_train.shape, "validation:", x_val.shape)

# %% tags=["test"]
assert x_train.shape == (12_000, 784)
assert x_val.shape == (2_000, 784)
assert x_train.min() == 0
assert x_train.max() == 1

# %% tags=["quick"]
x_train, y_train = x_train[:1000], y_train[:1000]
x_val, y_val = x_val[:200], y_val[:200]

# %% [markdown]
# A `DataLoader` makes the batches. The order of the training pictures comes from a generator with a
# seed. A new loader with the same seed gives the same batches again, which lets us compare two
# loops.

# %%
train_pairs = TensorDataset(torch.from_numpy(x_train), torch.from_numpy(y_train))
val_pairs = TensorDataset(torch.from_numpy(x_val), torch.from_numpy(y_val))
val_loader = DataLoader(val_pairs, batch_size=100)


def new_train_loader(seed=2026):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(train_pairs, batch_size=100, shuffle=True, generator=generator)


# %% [markdown]
# The model has one hidden layer, and ends in ten *logits*: numbers that the softmax function would
# turn into probabilities. The loss does this itself, which is why it is told `from_logits=True`.
# Both models of a comparison are to start alike, so we keep a copy of the first weights.


# %%
def new_model():
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10),
        ]
    )


model = new_model()
first_weights = model.get_weights()
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

print("is a torch.nn.Module:", isinstance(model, torch.nn.Module))
print("numbers in its parameters:", sum(p.numel() for p in model.parameters()))

# %% tags=["test"]
assert isinstance(model, torch.nn.Module)
assert {id(p) for p in model.parameters()} == {id(w.value) for w in model.weights}
assert sum(p.numel() for p in model.parameters()) == model.count_params() == 50_890
once = [batch for _, batch in new_train_loader()]
again = [batch for _, batch in new_train_loader()]
assert all(torch.equal(one, two) for one, two in zip(once, again, strict=True))
assert not torch.equal(torch.cat(once), torch.from_numpy(y_train))

# %% [markdown]
# A Keras layer gets its weights when it first meets an input. Give the model an `Input`, as here,
# or call it once, before you ask for its `parameters()`.

# %% [markdown]
# ## A first loop {#a-first-loop}
#
# Here is one epoch with an optimizer of PyTorch. In each round, the forward pass computes the loss,
# `zero_grad()` clears the gradients of the round before, `backward()` computes the new ones, and
# `step()` moves the parameters.
#
# A batch from the loader lies in the computer's memory. If Keras uses a GPU, it moves the batch
# there when the model or a Keras loss gets it. `training=True` matters to layers such as dropout.
# Keras layers follow this argument, and not the mode that `model.train()` and `model.eval()` set.

# %%
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

total = 0.0
train_loader = new_train_loader()
for batch_x, batch_y in train_loader:
    logits = model(batch_x, training=True)
    loss = loss_fn(batch_y, logits)

    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    total += loss.item()

print(f"mean loss of the epoch: {total / len(train_loader):.3f}")

# %% [markdown]
# [Optimizers of Keras](https://keras.io/api/optimizers/) do the same job, and bring their learning
# rate schedules and other options along. They do not look for gradients themselves: `apply()` wants
# a list of gradients, and the list of variables that they belong to. Four things to know:
#
# - a Keras variable keeps its tensor in `value`, and so its gradient in `value.grad`
# - `apply()` goes inside `torch.no_grad()`, so that the update is not recorded for differentiation
# - the model clears the gradients, with `model.zero_grad()`
# - the variables must be the same ones in every round

# %%
model_2 = new_model()
model_2.set_weights(first_weights)
optimizer_2 = keras.optimizers.SGD(learning_rate=0.1)

total_2 = 0.0
for batch_x, batch_y in new_train_loader():
    logits = model_2(batch_x, training=True)
    loss = loss_fn(batch_y, logits)

    model_2.zero_grad()
    loss.backward()
    variables = model_2.trainable_variables
    gradients = [variable.value.grad for variable in variables]
    with torch.no_grad():
        optimizer_2.apply(gradients, variables)

    total_2 += loss.item()

print(f"mean loss of the epoch: {total_2 / len(train_loader):.3f}")

# %% [markdown]
# Both loops began with the same weights and saw the same batches. After plain gradient descent,
# they must end with the same weights too, apart from rounding. (With Adam, they would come out a
# little apart. PyTorch and Keras do not guard against division by zero in quite the same way.)

# %%
pairs = zip(model.get_weights(), model_2.get_weights(), strict=True)
difference = max(np.abs(one - other).max() for one, other in pairs)
print("the same weights:", bool(difference < 1e-3))

# %% tags=["test"]
assert difference < 1e-3
moved = [np.abs(w - f).max() for w, f in zip(model.get_weights(), first_weights, strict=True)]
assert min(moved) > 0.005
assert optimizer_2.iterations == len(train_loader)
assert np.isclose(total, total_2, rtol=1e-3)
assert 0 < total / len(train_loader) < 2.3

# %% [markdown]
# ## Measuring with metrics {#measuring-with-metrics}
#
# The mean of the batches' losses is a measure, but not one that people understand. [Metrics of
# Keras](https://keras.io/api/metrics/) work in any loop. `update_state()` takes in a batch,
# `result()` tells the value over all batches so far, and `reset_state()` begins anew. Their
# variables are updated without recording gradients, so it is safe to hand them the logits as they
# are.
#
# From here on, the work on one batch is in a function.

# %%
model = new_model()
model.set_weights(first_weights)
optimizer = keras.optimizers.Adam(learning_rate=1e-3)

loss_metric = keras.metrics.Mean(name="loss")
accuracy_metric = keras.metrics.SparseCategoricalAccuracy(name="accuracy")


def apply_gradients(network, loss, optimizer):
    network.zero_grad()
    loss.backward()
    variables = network.trainable_variables
    gradients = [variable.value.grad for variable in variables]
    with torch.no_grad():
        optimizer.apply(gradients, variables)


def train_step(batch_x, batch_y):
    logits = model(batch_x, training=True)
    loss = loss_fn(batch_y, logits)
    apply_gradients(model, loss, optimizer)
    loss_metric.update_state(loss, sample_weight=len(batch_x))
    accuracy_metric.update_state(batch_y, logits)


for batch_x, batch_y in new_train_loader():
    train_step(batch_x, batch_y)

print(f"loss {loss_metric.result().item():.3f}, accuracy {accuracy_metric.result().item():.3f}")

# %% tags=["test"]
assert np.isclose(accuracy_metric.count.numpy(), len(x_train))
assert np.isclose(loss_metric.count.numpy(), len(x_train))
assert 0.1 < accuracy_metric.result().item() < 1
assert not accuracy_metric.result().requires_grad
assert optimizer.iterations == len(train_loader)

# %% [markdown]
# This is the accuracy *during* the epoch: the first batches met a model that knew nothing yet.

# %% [markdown]
# ## Validation {#validation}
#
# For validation, go through data that the model does not learn from, at the end of each epoch. It
# needs the forward pass alone, so it runs inside `torch.no_grad()`, which saves memory and time,
# and with `training=False`.
#
# The complete loop, with everything so far, trains the model further:

# %%
val_loss_metric = keras.metrics.Mean(name="val_loss")
val_accuracy_metric = keras.metrics.SparseCategoricalAccuracy(name="val_accuracy")
metrics = [loss_metric, accuracy_metric, val_loss_metric, val_accuracy_metric]


def validate():
    with torch.no_grad():
        for batch_x, batch_y in val_loader:
            logits = model(batch_x, training=False)
            loss = loss_fn(batch_y, logits)
            val_loss_metric.update_state(loss, sample_weight=len(batch_x))
            val_accuracy_metric.update_state(batch_y, logits)


history = {metric.name: [] for metric in metrics}
train_loader = new_train_loader()

for epoch in range(epochs):
    for metric in metrics:
        metric.reset_state()

    for batch_x, batch_y in train_loader:
        train_step(batch_x, batch_y)
    validate()

    for metric in metrics:
        history[metric.name].append(metric.result().item())
    report = ", ".join(f"{name} {values[-1]:.3f}" for name, values in history.items())
    print(f"epoch {epoch + 1}: {report}")

# %% tags=["test"]
assert all(len(values) == epochs for values in history.values())
assert history["loss"][-1] < history["loss"][0]
assert optimizer.iterations == (epochs + 1) * len(train_loader)
predicted = model.predict(x_val, verbose=0).argmax(axis=-1)
assert np.isclose((predicted == y_val).mean(), history["val_accuracy"][-1], atol=0.002)
assert np.isclose(val_accuracy_metric.count.numpy(), len(x_val))
weights_before = model.get_weights()
validate()
assert all(map(np.array_equal, weights_before, model.get_weights()))

# %% tags=["test", "full"]
if len(x_train) == 12_000:
    assert history["val_accuracy"][-1] > 0.9
    assert history["accuracy"][-1] > 0.94

# %% alt="Two line charts by epoch. On the left the training loss, a solid line, falls steadily, and the validation loss, a dashed line, falls too and stays above it. On the right both accuracies rise and end above 0.9, that of the training data higher."
figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
for axis, name in ((left, "loss"), (right, "accuracy")):
    axis.plot(range(1, epochs + 1), history[name], "o-", label="training")
    axis.plot(range(1, epochs + 1), history[f"val_{name}"], "s--", label="validation")
    axis.set(title=name.capitalize(), xlabel="epoch", ylabel=name)
    axis.legend()
figure.tight_layout()
plt.show()

# %% [markdown]
# ## Compiling the step {#compiling-the-step}
#
# PyTorch runs a step operation by operation. `torch.compile` captures the operations as a graph
# instead, and gives the graph to a compiler. The default compiler is *Inductor*, which plain
# `torch.compile(function)` uses. For the CPU it writes C++, and so needs a working C++ compiler on
# the machine where the loop runs, such as `g++`. On a GPU it writes Triton kernels. Either way, the
# first call takes from seconds to a minute, and later ones may be faster. For a model as small as
# ours, compiling is not worth it.
#
# Capture itself needs no compiler, and is also where things go wrong first: what cannot be captured
# breaks the graph in two. A compiler for `torch.compile` is just a function that gets the graph. So
# we write one that keeps the graph and runs it as it is, to see how much of the forward pass of a
# Keras model is captured:

# %%
graphs = []


def take_note(graph_module, example_inputs):
    graphs.append(graph_module)
    return graph_module.forward


def compute_loss(batch_x, batch_y):
    logits = model(batch_x, training=True)
    return loss_fn(batch_y, logits)


batch_x, batch_y = next(iter(new_train_loader()))
captured_loss = torch.compile(compute_loss, backend=take_note)(batch_x, batch_y)

print("graphs:", len(graphs))
print("contains matrix products:", "matmul" in graphs[0].code)

# %% [markdown]
# Everything went into one graph: there was no break. `backend="aot_eager"` goes one step further.
# It prepares the backward pass as a graph too, and then runs both without generating code. It is
# hardly faster than no compilation, but it needs no compiler, which makes it a good first test. To
# use Inductor, leave out `backend`.
#
# We compile the forward pass and the loss. The backward pass follows from it, and the optimizer
# stays as it was. The result has to be the same as without compilation:

# %%
compiled_loss = torch.compile(compute_loss, backend="aot_eager")


def epoch_from_the_start(loss_function):
    """Train the model for one epoch from its first weights, and return the new weights."""
    model.set_weights(first_weights)
    optimizer = keras.optimizers.SGD(learning_rate=0.1)
    for batch_x, batch_y in new_train_loader():
        apply_gradients(model, loss_function(batch_x, batch_y), optimizer)
    return model.get_weights()


eager_weights = epoch_from_the_start(compute_loss)
compiled_weights = epoch_from_the_start(compiled_loss)
pairs = zip(eager_weights, compiled_weights, strict=True)
print("the same weights:", all(np.allclose(one, other, atol=1e-3) for one, other in pairs))

# %% tags=["test"]
assert len(graphs) == 1
assert captured_loss.requires_grad
assert all(
    np.allclose(one, other, atol=1e-3) for one, other in zip(eager_weights, compiled_weights, strict=True)
)
# And the same as the first loops of this guide, with its one epoch of plain gradient descent.
assert all(
    np.allclose(one, other, atol=1e-3)
    for one, other in zip(compiled_weights, model_2.get_weights(), strict=True)
)
assert np.isclose(compiled_loss(batch_x, batch_y).item(), compute_loss(batch_x, batch_y).item(), rtol=1e-3)

# %% [markdown]
# Keep batches at one size where you can, for instance with `drop_last=True` in the loader. A new
# size may be captured and compiled again.

# %% [markdown]
# ## Losses that layers add {#losses-that-layers-add}
#
# A layer may have a say in the loss. Regularizers ask for small weights, and `add_loss()` in a
# layer's `call()` can ask for anything. Keras collects these terms in `model.losses`, and `fit()`
# adds them. In a loop of your own, *you* have to. If you forget, there is no error, and the terms
# have no effect.
#
# This layer passes its input on, and asks for small activations:


# %%
class ActivityPenalty(keras.layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(ops.square(inputs)))
        return inputs


def new_penalised_model():
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(64, activation="relu"),
            ActivityPenalty(0.5),
            keras.layers.Dense(10, kernel_regularizer=keras.regularizers.L2(1e-4)),
        ]
    )


# %% [markdown]
# What `add_loss()` adds belongs to the latest forward pass: every call of the model begins anew. So
# read `model.losses` after the call, and before the next one. We train twice, once without the
# terms and once with them:

# %%
activity = {}
for with_terms in (False, True):
    penalised = new_penalised_model()
    penalised.set_weights(first_weights)
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)

    for batch_x, batch_y in new_train_loader():
        logits = penalised(batch_x, training=True)
        loss = loss_fn(batch_y, logits)
        if with_terms:
            loss = loss + sum(penalised.losses)
        apply_gradients(penalised, loss, optimizer)

    hidden = penalised.layers[0](x_val)
    activity[with_terms] = ops.mean(ops.square(hidden)).item()

print("terms:", len(penalised.losses))
print("the terms lower the activity:", activity[True] < activity[False])

# %% tags=["test"]
assert activity[True] < 0.9 * activity[False]
penalised(x_val)
assert len(penalised.losses) == 2
by_hand = [0.5 * activity[True], 1e-4 * np.square(penalised.layers[-1].get_weights()[0]).sum()]
assert np.allclose(sorted(loss.item() for loss in penalised.losses), sorted(by_hand), rtol=0.01)
penalised(x_val)
assert len(penalised.losses) == 2

# %% [markdown]
# ## A small GAN {#a-small-gan}
#
# A generative adversarial network has two networks that learn in turns, so you decide the order of
# the steps anyway. A *generator* draws pictures from random vectors. A *discriminator* learns to
# tell them from real ones, while the generator learns to deceive it. Each has its own optimizer.
#
# We let it learn a single digit, the three, which dense networks learn on a CPU in less than a
# minute. There are 6,131 threes in the training set of MNIST.

# %%
threes = x[labels == 3]
print("threes:", threes.shape)

# %% tags=["test"]
assert threes.shape == (6131, 784)

# %% tags=["quick"]
threes = threes[:512]

# %%
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
    ]
)
discriminator = keras.Sequential(
    [
        keras.Input(shape=(784,)),
        keras.layers.Dense(128),
        keras.layers.LeakyReLU(negative_slope=0.2),
        keras.layers.Dropout(0.4),
        keras.layers.Dense(1),
    ]
)

# %% [markdown]
# Since a Keras model returns tensors of PyTorch, the rest can come from PyTorch, and here it does:
# the optimizers and the loss. Two things deserve a second look:
#
# - `fake.detach()` cuts the pictures off from the generator, so the discriminator's loss does not
#   reach it.
# - The generator's loss, in contrast, *does* go through the discriminator, and leaves gradients in
#   its weights too. They are never applied, because `discriminator_optimizer.zero_grad()` clears
#   them in the next round.
#
# The target for real pictures is 0.9 instead of 1, so the discriminator does not become too sure of
# itself. `keras.random.normal` makes its tensor on the device that the models use.

# %%
generator_optimizer = torch.optim.Adam(generator.parameters(), lr=4e-4, betas=(0.5, 0.999))
discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), lr=4e-4, betas=(0.5, 0.999))
gan_loss = torch.nn.BCEWithLogitsLoss()
seeds = keras.random.SeedGenerator(2026)


def generate(count):
    return generator(keras.random.normal((count, latent_dim), seed=seeds), training=True)


def discriminator_step(real):
    fake = generate(len(real))
    on_real = discriminator(real, training=True)
    on_fake = discriminator(fake.detach(), training=True)
    loss = gan_loss(on_real, torch.full_like(on_real, 0.9))
    loss = loss + gan_loss(on_fake, torch.zeros_like(on_fake))

    discriminator_optimizer.zero_grad()
    loss.backward()
    discriminator_optimizer.step()
    return loss.item()


def generator_step(count):
    on_fake = discriminator(generate(count), training=True)
    loss = gan_loss(on_fake, torch.ones_like(on_fake))

    generator_optimizer.zero_grad()
    loss.backward()
    generator_optimizer.step()
    return loss.item()


# %% [markdown]
# And the loop, which keeps what the generator draws from eight fixed vectors after each epoch:

# %%
three_loader = DataLoader(
    TensorDataset(torch.from_numpy(threes)),
    batch_size=64,
    shuffle=True,
    generator=torch.Generator().manual_seed(2026),
)
fixed_latent = keras.random.normal((8, latent_dim), seed=7)
gan_history = {"generator": [], "discriminator": []}
pictures = []

for _ in range(gan_epochs):
    losses = {"generator": [], "discriminator": []}
    for (real,) in three_loader:
        losses["discriminator"].append(discriminator_step(real))
        losses["generator"].append(generator_step(len(real)))

    for name, values in losses.items():
        gan_history[name].append(np.mean(values))
    drawn = generator(fixed_latent, training=False)
    pictures.append(ops.convert_to_numpy(drawn).reshape(-1, 28, 28))

# %% tags=["test"]
assert len(pictures) == len(gan_history["generator"]) == gan_epochs
assert pictures[-1].shape == (8, 28, 28)
assert np.isfinite(gan_history["generator"] + gan_history["discriminator"]).all()
assert not np.allclose(pictures[0], pictures[-1], atol=0.05)
assert 0 <= pictures[-1].min() < pictures[-1].max() <= 1

# %% tags=["test", "full"]
if len(threes) == 6131:
    assert np.corrcoef(pictures[-1].mean(axis=0).ravel(), threes.mean(axis=0))[0, 1] > 0.8
    assert abs(pictures[-1].mean() - threes.mean()) < 0.05
    assert pictures[-1].std(axis=0).max() > 0.2

# %% [markdown]
# Each column below belongs to one of the vectors, each row to an epoch:

# %% alt="Rows of eight generated pictures, for four epochs from the first to the last. The first row is the same speckled three eight times. The last row shows cleaner handwritten threes of several shapes and slants."
shown = sorted({int(n) for n in np.linspace(0, gan_epochs - 1, 4)})
figure, axes = plt.subplots(len(shown), 8, figsize=(7, 0.95 * len(shown) + 0.3), squeeze=False)
for row, epoch in zip(axes, shown, strict=True):
    row[0].set_ylabel(f"epoch {epoch + 1}")
    for axis, picture in zip(row, pictures[epoch], strict=True):
        axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
figure.suptitle("Generated threes")
figure.tight_layout()
plt.show()

# %% [markdown]
# Do not expect either loss to go to zero: each network is measured against the other, and a loss
# near zero would mean that one of them has won.

# %%
for name, values in gan_history.items():
    print(f"{name}: {values[0]:.2f} in the first epoch, {values[-1]:.2f} in the last")

# %% tags=["test"]


def trained(network):
    return [ops.convert_to_numpy(weight).copy() for weight in network.trainable_weights]


# Each step moves its own network, and leaves the other one's trained weights alone.
generator_before, discriminator_before = trained(generator), trained(discriminator)
generator.zero_grad()
discriminator_step(torch.from_numpy(threes[:32]))
assert all(map(np.array_equal, generator_before, trained(generator)))
assert all(weight.value.grad is None for weight in generator.trainable_weights)
assert not any(map(np.array_equal, discriminator_before, trained(discriminator)))
discriminator_before = trained(discriminator)
generator_step(32)
assert all(map(np.array_equal, discriminator_before, trained(discriminator)))
assert all(weight.value.grad is not None for weight in discriminator.trainable_weights)
assert not np.array_equal(generator_before[0], trained(generator)[0])

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# You have seen a loop with optimizers of PyTorch and of Keras, with metrics, validation and
# compilation, with the losses of layers, and with two networks at once. From here:
#
# - [A training step of your own in PyTorch](custom_train_step_in_torch.md) keeps `fit()`, and with
#   it callbacks and progress bars. The same kind of GAN is a single class there.
# - [Training with the built-in methods](training_with_built_in_methods.md) lists what `fit()` does
#   without any of this.
# - [Distributed training with PyTorch](distributed_training_with_torch.md) runs a loop like this
#   one on several devices.
# - [Serialization and saving](serialization_and_saving.md) keeps what you have trained.
# - The reference tells more on [optimizers](https://keras.io/api/optimizers/),
#   [metrics](https://keras.io/api/metrics/), [losses](https://keras.io/api/losses/) and
#   [`Layer.add_loss()`](https://keras.io/api/layers/base_layer/).
