# ---
# title: A training loop of your own in TensorFlow
# description: Train Keras models without `fit()`, with loops, gradients, metrics and validation written out.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: custom_training
# tags: [training-loop, gradient-tape, compilation, add-loss, gan, tensorflow]
# accelerator: none
# backends: [tensorflow]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {batch_size: 50, epochs: 2, gan_epochs: 2}
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
# `fit()` is a loop that somebody else has written. When you need to see and control every step of
# the training, write the loop yourself. Keras layers, losses, metrics and optimizers work outside
# `fit()` too. TensorFlow adds two things: the gradients, and a way to make the loop fast.
#
# If only the work on one batch is special in your case, there is a shorter way: override the
# [training step](custom_train_step_in_tensorflow.md), and let `fit()` do the rest. There are sister
# guides for [JAX](writing_a_custom_training_loop_in_jax.md) and
# [PyTorch](writing_a_custom_training_loop_in_torch.md).

# %% [markdown]
# ## Setup {#setup}
#
# The loop calls TensorFlow directly, so the backend has to be TensorFlow.

# %%
import os

# Keras reads this variable once, while it is imported.
os.environ["KERAS_BACKEND"] = "tensorflow"

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

import keras

keras.utils.set_random_seed(2026)

# %% [markdown]
# ## The data and the model {#the-data-and-the-model}
#
# We train a model to read handwritten digits. Of MNIST's 60,000 pictures for training, we train on
# the first 12,000 and validate on the 2,000 after them.

# %%
(images, labels), _ = keras.datasets.mnist.load_data()
x_train, y_train = images[:12_000].astype("float32") / 255, labels[:12_000]
x_val, y_val = images[12_000:14_000].astype("float32") / 255, labels[12_000:14_000]

# %% tags=["quick"]
x_train, y_train = x_train[:400], y_train[:400]
x_val, y_val = x_val[:200], y_val[:200]

# %% tags=["parameters"]
batch_size = 200
epochs = 5
gan_epochs = 40

# %% [markdown]
# A `tf.data.Dataset` hands out batches. One pass over it is an epoch, and each pass shuffles anew.

# %%
train_data = tf.data.Dataset.from_tensor_slices((x_train, y_train))
train_data = train_data.shuffle(len(x_train), seed=2026).batch(batch_size)
val_data = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(batch_size)

for x_batch, y_batch in train_data.take(1):
    print("one batch:", x_batch.shape[1:], x_batch.dtype.name, "and", y_batch.dtype.name)

# %% [markdown]
# The model is a small dense network. It needs no `compile()`: methods such as `fit()` and
# `evaluate()` ask for that, a loop of your own does not. Its outputs are *logits*, scores of any
# size, so the loss is told to expect them. One call of `make_classifier()` makes one model, always
# with the same initial weights.


# %%
def make_classifier():
    keras.utils.set_random_seed(2026)
    return keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )


loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

# %% tags=["test"]
assert keras.backend.backend() == "tensorflow"
assert x_batch.shape == (batch_size, 28, 28)
for one, other in zip(make_classifier().get_weights(), make_classifier().get_weights(), strict=True):
    assert np.array_equal(one, other)

# %% [markdown]
# ## A first loop {#a-first-loop}
#
# What happens on each batch is always the same:
#
# 1. Run the model and compute the loss, under a `tf.GradientTape`, which records the operations. We
#    say `training=True`, since no `fit()` does it for us, and without it dropout stays off.
# 2. Let the tape compute the gradient of the loss for every trainable variable.
# 3. Let [the optimizer](https://keras.io/api/optimizers/) change the variables.

# %%
model = make_classifier()
optimizer = keras.optimizers.Adam(learning_rate=0.002)
losses = []

for x_batch, y_batch in train_data:
    with tf.GradientTape() as tape:
        logits = model(x_batch, training=True)
        loss = loss_fn(y_batch, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    losses.append(float(loss))

print(f"{len(losses)} batches, loss of the first: {losses[0]:.2f}, of the last: {losses[-1]:.2f}")

# %% tags=["test"]
assert len(losses) == int(optimizer.iterations) == len(x_train) // batch_size
assert [gradient.shape for gradient in gradients] == [v.shape for v in model.trainable_variables]
assert losses[-1] < 0.9 * losses[0]
assert logits.shape == (batch_size, 10)

# %% [markdown]
# ## Measuring with metrics {#measuring-with-metrics}
#
# The loss of a single batch jumps up and down. A [metric](https://keras.io/api/metrics/) collects
# values over many batches: `update_state()` adds a batch, `result()` tells the value so far, and
# `reset_state()` begins anew. Forget the reset, and the second epoch is averaged with the first.
#
# With the metrics the work on a batch becomes longer, so we put it into a function.

# %%
model = make_classifier()
optimizer = keras.optimizers.Adam(learning_rate=0.002)
train_loss = keras.metrics.Mean()
train_accuracy = keras.metrics.SparseCategoricalAccuracy()


def train_step(x_batch, y_batch):
    with tf.GradientTape() as tape:
        logits = model(x_batch, training=True)
        loss = loss_fn(y_batch, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    # The accuracy before this update, and with dropout.
    train_loss.update_state(loss)
    train_accuracy.update_state(y_batch, logits)


for epoch in range(2):
    train_loss.reset_state()
    train_accuracy.reset_state()
    for x_batch, y_batch in train_data:
        train_step(x_batch, y_batch)
    print(
        f"epoch {epoch + 1}: loss {float(train_loss.result()):.3f}, "
        f"accuracy {float(train_accuracy.result()):.3f}"
    )

# %% tags=["test"]
assert float(train_accuracy.count) == len(x_train)
assert int(optimizer.iterations) == 2 * (len(x_train) // batch_size)
assert float(train_loss.result()) < np.mean(losses)

# %% [markdown]
# ## Validation {#validation}
#
# After each epoch we measure on data that the model does not learn from. This is a second, simpler
# loop, without a tape and with `training=False`. The loop is ours, so we can also decide something
# in it: whenever the validation accuracy is the best so far, we keep a copy of the weights.
#
# The function `train_step()` from above looks up `model` and `optimizer` when it runs. So it trains
# the new model as soon as the names are bound to the new model and optimizer.

# %%
model = make_classifier()
optimizer = keras.optimizers.Adam(learning_rate=0.002)
val_accuracy = keras.metrics.SparseCategoricalAccuracy()
history = {"training": [], "validation": []}
best_accuracy = 0.0

for epoch in range(epochs):
    train_accuracy.reset_state()
    for x_batch, y_batch in train_data:
        train_step(x_batch, y_batch)

    val_accuracy.reset_state()
    for x_batch, y_batch in val_data:
        val_accuracy.update_state(y_batch, model(x_batch, training=False))

    on_train, on_val = float(train_accuracy.result()), float(val_accuracy.result())
    history["training"].append(on_train)
    history["validation"].append(on_val)
    print(f"epoch {epoch + 1}: training {on_train:.3f}, validation {on_val:.3f}")
    if on_val > best_accuracy:
        best_accuracy, best_weights = on_val, model.get_weights()

model.set_weights(best_weights)

# %% tags=["test"]
assert len(history["training"]) == len(history["validation"]) == epochs
assert best_accuracy == max(history["validation"])
by_hand = (model.predict(x_val, verbose=0).argmax(axis=-1) == y_val).mean()
assert abs(by_hand - best_accuracy) < 0.005
assert history["training"][-1] > history["training"][0]

# %% tags=["test", "full"]
if len(x_train) == 12_000 and epochs == 5:
    assert best_accuracy > 0.9

# %% alt="Line chart of accuracy by epoch for training and validation. Both rise, most steeply from the first epoch to the second. Training begins at about 0.80, below validation at about 0.88, and ends at about 0.95, above validation at about 0.93."
plt.figure(figsize=(7, 3))
plt.plot(range(1, epochs + 1), history["training"], "o-", label="training")
plt.plot(range(1, epochs + 1), history["validation"], "s--", label="validation")
plt.title("Accuracy of the classifier")
plt.xlabel("epoch")
plt.ylabel("accuracy")
plt.xticks(range(1, epochs + 1))
plt.legend()
plt.show()

# %% [markdown]
# ## Compiling the step {#compiling-the-step}
#
# So far Python has called each operation of each step. `tf.function` makes a graph out of a
# function: it runs the Python code once with placeholders, notes the operations, and from then on
# runs only these. For small models, where Python takes most of the time, that is a lot faster. What
# changes:
#
# - Python code runs only while the graph is made, not each time that the step runs. The `print()`
#   below shows it.
# - A new graph is made for each new shape or type of the tensors. If a number changes, pass it as a
#   tensor: a Python number becomes part of the graph, and each new one makes another graph.
# - The graph keeps the model and the optimizer that it was made with, and variables may be created
#   in the first call only. So each model gets a step of its own, from a function that makes steps.
#   That function builds the optimizer first. (A step can leave this to its first call, as those
#   further below do. Its Python code then runs twice in that call.)


# %%
def make_train_step(model, optimizer, compiled):
    optimizer.build(model.trainable_variables)

    def train_step(x_batch, y_batch):
        print("  Python runs, for pictures of shape", x_batch.shape)
        with tf.GradientTape() as tape:
            loss = loss_fn(y_batch, model(x_batch, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    return tf.function(train_step) if compiled else train_step


batches = [(x_train[i : i + 50], y_train[i : i + 50]) for i in (0, 50, 100)]
batches = [(tf.constant(x_batch), tf.constant(y_batch)) for x_batch, y_batch in batches]
models, step_losses = {}, {}

for name, compiled in (("eager", False), ("compiled", True)):
    print(name)
    models[name] = make_classifier()
    step = make_train_step(models[name], keras.optimizers.Adam(), compiled)
    step_losses[name] = [float(step(x_batch, y_batch)) for x_batch, y_batch in batches]

print("compiled, with a smaller batch")
smaller_loss = step(batches[0][0][:20], batches[0][1][:20])

# %% [markdown]
# The eager step has run its Python code three times, the compiled one once, and once more for the
# new shape. The results agree. That holds with dropout too: both models began with the same seed,
# and the state of their random generators is a variable, which goes through the graph like any
# other.

# %%
print("losses agree:", np.allclose(step_losses["eager"], step_losses["compiled"], atol=1e-4))

# %% tags=["test"]
assert np.allclose(step_losses["eager"], step_losses["compiled"], atol=1e-4)
assert step_losses["compiled"][0] != step_losses["compiled"][1]
assert step.experimental_get_tracing_count() == 2
assert np.isfinite(float(smaller_loss))
for one, other in zip(models["eager"].get_weights(), make_classifier().get_weights(), strict=True):
    assert not np.array_equal(one, other)

# %% [markdown]
# `tf.function(train_step, jit_compile=True)` goes further, and has XLA turn the graph into machine
# code. It pays off most on a GPU. To look for mistakes in a compiled step, call
# `tf.config.run_functions_eagerly(True)` first: it switches all compiling off.

# %% [markdown]
# ## Losses that layers add {#losses-that-layers-add}
#
# A layer can ask something of its own values, and state it as a loss with
# [`add_loss()`](https://keras.io/api/layers/base_layer/). This one asks for small activations.
# `fit()` adds such losses by itself. In a loop of your own they have no effect unless you add them
# yourself. They are in `model.losses`, together with those of regularizers like
# `kernel_regularizer`.


# %%
class ActivityPenalty(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * keras.ops.mean(inputs))
        return inputs


def make_penalised():
    keras.utils.set_random_seed(2026)
    hidden = keras.layers.Dense(128, activation="relu")
    return keras.Sequential(
        [keras.layers.Flatten(), hidden, ActivityPenalty(rate=1.0), keras.layers.Dense(10)]
    )


penalised = make_penalised()
penalised(x_val)
print("after one call:", len(penalised.losses), "loss")
penalised(x_val)
print("after another: ", len(penalised.losses), "loss")

# %% [markdown]
# Each call of the model clears the list first, so it holds the losses of the latest call. Fetch and
# add them under the tape, or no gradient flows. We train for one epoch, once without and once with
# them, and then look at the mean activation:


# %%
def train_one_epoch(model, with_added_losses):
    optimizer = keras.optimizers.Adam(learning_rate=0.002)

    @tf.function
    def step(x_batch, y_batch):
        with tf.GradientTape() as tape:
            loss = loss_fn(y_batch, model(x_batch, training=True))
            if with_added_losses:
                loss += sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)

    for x_batch, y_batch in train_data:
        step(x_batch, y_batch)


activations = {}
for name, with_added_losses in (("without", False), ("with", True)):
    penalised = make_penalised()
    penalised(x_val)
    train_one_epoch(penalised, with_added_losses)
    accuracy = np.mean(keras.ops.argmax(penalised(x_val), axis=-1) == y_val)
    activations[name] = float(penalised.losses[0])
    print(f"{name}: mean activation {activations[name]:.2f}, accuracy {accuracy:.2f}")

# %% tags=["test"]
assert len(penalised.losses) == 1
assert 0 < activations["with"] < 0.9 * activations["without"]
hidden_values = keras.ops.convert_to_numpy(penalised.layers[1](x_val.reshape(len(x_val), -1)))
assert np.isclose(hidden_values.mean(), activations["with"], rtol=0.02)

# %% [markdown]
# ## A small GAN {#a-small-gan}
#
# The last example is a kind of training that a single loss and a single optimizer cannot express.
# In a generative adversarial network (GAN), a **generator** makes pictures from random numbers, and
# a **discriminator** tries to tell them from real ones. Each learns from the other.
#
# We generate one digit, the seven, from 6,144 pictures: 48 batches of 128. Dense layers will do.

# %%
sevens = images[labels == 7][:6_144].astype("float32") / 255

# %% tags=["quick"]
sevens = sevens[:512]

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
# The discriminator should say 1 to real pictures and 0 to generated ones. The generator is content
# when the discriminator says 1 to *its* pictures. Two tapes record the same run of both networks.
# We ask one for the gradient of the first loss with respect to the discriminator's variables, and
# the other for the gradient of the second loss with respect to the generator's. So each loss
# changes its own network only.
#
# Both optimizers are Adam with `beta_1=0.5`, which forgets past gradients sooner than the default.
# The discriminator has the easier task, so it gets the smaller learning rate.
#
# The random numbers come from a `tf.random.Generator`. Its state is a variable, so each run of the
# compiled step draws new ones. NumPy would draw only once, while the graph is made.

# %%
binary_loss = keras.losses.BinaryCrossentropy(from_logits=True)
d_optimizer = keras.optimizers.Adam(learning_rate=2e-4, beta_1=0.5)
g_optimizer = keras.optimizers.Adam(learning_rate=6e-4, beta_1=0.5)
random_source = tf.random.Generator.from_seed(2026)


@tf.function
def gan_step(real):
    noise = random_source.normal((len(real), latent_size))
    ones, zeros = tf.ones((len(real), 1)), tf.zeros((len(real), 1))

    with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
        fake = generator(noise, training=True)
        on_real = discriminator(real, training=True)
        on_fake = discriminator(fake, training=True)
        d_loss = (binary_loss(ones, on_real) + binary_loss(zeros, on_fake)) / 2
        g_loss = binary_loss(ones, on_fake)

    d_variables, g_variables = discriminator.trainable_variables, generator.trainable_variables
    d_optimizer.apply(d_tape.gradient(d_loss, d_variables), d_variables)
    g_optimizer.apply(g_tape.gradient(g_loss, g_variables), g_variables)
    return d_loss, g_loss


# %% [markdown]
# Losses do not tell whether the pictures are any good. But there is somebody we can ask: the
# classifier from the section on validation. It has to name a digit for every picture, so we ask it
# before the training too, when the generator makes nothing but noise.

# %%
noise = np.random.default_rng(7).normal(size=(200, latent_size)).astype("float32")


def generate_and_read():
    generated = generator(noise, training=False)
    logits = model(generated, training=False)
    readings = keras.ops.convert_to_numpy(logits).argmax(axis=-1)
    print("read as a seven:", np.sum(readings == 7), "of", len(readings))
    return keras.ops.convert_to_numpy(generated), readings


untrained, readings_before = generate_and_read()

# %% tags=["test"]
before = [weight.numpy() for weight in generator.trainable_weights + discriminator.trainable_weights]

# %%
real_data = tf.data.Dataset.from_tensor_slices(sevens).shuffle(len(sevens), seed=2026)
real_data = real_data.batch(128, drop_remainder=True)

for epoch in range(gan_epochs):
    for real in real_data:
        d_loss, g_loss = gan_step(real)
    if epoch + 1 in (1, gan_epochs // 2, gan_epochs):
        print(f"epoch {epoch + 1}: discriminator {d_loss:.2f}, generator {g_loss:.2f}")

# %% tags=["test"]
num_steps = gan_epochs * (len(sevens) // 128)
assert int(d_optimizer.iterations) == int(g_optimizer.iterations) == num_steps
assert np.isfinite(float(d_loss))
assert np.isfinite(float(g_loss))
after = generator.trainable_weights + discriminator.trainable_weights
assert not any(np.array_equal(old, new.numpy()) for old, new in zip(before, after, strict=True))
assert gan_step.experimental_get_tracing_count() <= 2

# %% [markdown]
# And after the training?

# %%
generated, readings = generate_and_read()

# %% alt="Two rows of ten pictures. The upper row has real handwritten sevens, the lower row generated ones. Most of these can be read as sevens in different shapes, with rougher edges than the real ones."
figure, axes = plt.subplots(2, 10, figsize=(7, 1.9))
for row, (title, pictures) in zip(axes, [("real", sevens), ("generated", generated)], strict=True):
    row[0].set_ylabel(title, rotation=0, ha="right", va="center")
    for axis, picture in zip(row, pictures[:10], strict=True):
        axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
figure.suptitle("Sevens from MNIST and from the generator")
plt.show()

# %% tags=["test"]
assert generated.shape == (200, 28, 28)
assert generated.min() >= 0
assert generated.max() <= 1
assert not np.array_equal(generated[0], generated[1])
assert not np.allclose(generated, untrained, atol=0.01)

# %% tags=["test", "full"]
if len(sevens) == 6_144 and gan_epochs == 40:
    assert np.mean(readings == 7) > max(0.7, np.mean(readings_before == 7))
    # Most pictures are nearer to the average seven than to the average of any other digit.
    averages = np.stack([images[labels == digit].mean(axis=0) / 255 for digit in range(10)])
    distances = ((generated[:, None] - averages) ** 2).sum(axis=(2, 3))
    assert np.mean(distances.argmin(axis=1) == 7) > 0.7
    # They are not all the same picture: they vary about as much as real sevens.
    assert 0.5 < generated.std(axis=0).mean() / sevens.std(axis=0).mean() < 1.5

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# You can now write any training as loops over epochs and batches. What `fit()` would have done is
# left to you: callbacks, progress bars, saving in between, and spreading the work over several
# devices.
#
# - [A training step of your own](custom_train_step_in_tensorflow.md) keeps all that, and lets you
#   decide what happens on a batch.
# - [Distributed training with TensorFlow](distributed_training_with_tensorflow.md) uses several
#   devices.
# - [Saving and loading](serialization_and_saving.md) works for models from any loop.
# - TensorFlow's guides to [`tf.function`](https://www.tensorflow.org/guide/function) and to
#   [gradients](https://www.tensorflow.org/guide/autodiff) go deeper.
