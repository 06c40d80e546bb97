# ---
# title: A training loop of your own in JAX
# description: Train, validate and compile without fit(), and write the loop of a small GAN.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: custom_training
# tags: [training-loop, compilation, metrics, gan, jax]
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
# [`fit()`](https://keras.io/api/models/model_training_apis/) trains most models, and with
# [a training step of your own](custom_train_step_in_jax.md) it trains many others. Sometimes you want
# every line in your own hands: to try an algorithm that does not go batch by batch, or because the
# model is one part of a larger JAX program. Then write the loop yourself.
#
# Keras still has much to give. Layers, losses, optimizers and metrics all work without `fit()`. This
# guide puts them together in the style of JAX: first a plain loop, then metrics, validation and
# compilation, and in the end a small generative adversarial network. The same guide exists for
# [TensorFlow](writing_a_custom_training_loop_in_tensorflow.md) and for
# [PyTorch](writing_a_custom_training_loop_in_torch.md).

# %% [markdown]
# ## Setup {#setup}
#
# We compute gradients with JAX, so Keras must run on JAX as well.

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
epochs = 4
gan_epochs = 40
batch_size = 100

# %% [markdown]
# ## The data and the model {#the-data-and-the-model}
#
# We train a small classifier on handwritten digits. To keep the runs short, it gets only the first
# 12,000 images of MNIST; the next 2,000 are for validation. Each image is a flat row of 784 pixels
# between 0 and 1.

# %%
(images, labels), _ = keras.datasets.mnist.load_data()
images = images.reshape(-1, 784).astype("float32") / 255
labels = labels.astype("int32")

x_train, y_train = images[:12_000], labels[:12_000]
x_val, y_val = images[12_000:14_000], labels[12_000:14_000]
print("training:", x_train.shape, "validation:", x_val.shape)

# %% tags=["quick"]
x_train, y_train = x_train[:800], y_train[:800]
x_val, y_val = x_val[:200], y_val[:200]

# %% [markdown]
# Without `fit()`, we make the batches ourselves. A generator function does it in a few lines. Given
# a random number generator, it shuffles; without one it keeps the order.


# %%
def batches(*arrays, shuffle_with=None):
    order = np.arange(len(arrays[0]))
    if shuffle_with is not None:
        shuffle_with.shuffle(order)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        yield tuple(array[chosen] for array in arrays)


# %% [markdown]
# The model has dropout in it, so part of its state is not trained, but changes: the seed. Its last
# layer puts out *logits*, numbers that a softmax would turn into probabilities. The loss does that.


# %%
def make_classifier():
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )


model = make_classifier()
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(learning_rate=1e-3)

for variable in model.variables:
    print(f"{variable.path:36} {variable.shape!s:12} trainable: {variable.trainable}")

# %% tags=["test"]
assert keras.backend.backend() == "jax"
assert len(x_train) % batch_size == len(x_val) % batch_size == 0
assert x_train.shape[1:] == x_val.shape[1:] == (784,)
assert (len(model.trainable_variables), len(model.non_trainable_variables)) == (4, 1)
once = np.concatenate([y for _, y in batches(x_train, y_train)])
assert np.array_equal(once, y_train)
mixed = np.concatenate([y for _, y in batches(x_train, y_train, shuffle_with=np.random.default_rng(1))])
assert not np.array_equal(mixed, y_train)
assert np.array_equal(np.sort(mixed), np.sort(y_train))

# %% [markdown]
# ## A first loop {#a-first-loop}
#
# JAX works with pure functions: values in, values out, and no change of anything else. A
# `keras.Variable`, on the other hand, is an object that changes. A loop in JAX therefore does three
# things:
#
# 1. It takes the values, which are JAX arrays, out of the variables.
# 2. It passes these values through functions, step by step.
# 3. It puts the last values back.
#
# Two small functions serve for the first and the last point:


# %%
def values_of(variables):
    return [variable.value for variable in variables]


def put_back(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


# %% [markdown]
# For the second point, Keras objects have *stateless* methods. `stateless_call()` of a
# [model](https://keras.io/api/models/model/) gets the values of the trainable variables and of the
# others, and returns the outputs together with new values for the others. Here the seed of dropout
# moves on.
#
# `jax.value_and_grad` turns the loss function into one that returns the loss and its gradient with
# respect to the first argument. `has_aux=True` tells JAX that the function returns more than the loss.


# %%
def compute_loss(trainable, non_trainable, x, y):
    logits, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
    return loss_function(y, logits), (logits, non_trainable)


loss_and_gradients = jax.value_and_grad(compute_loss, has_aux=True)

# %% [markdown]
# An optimizer keeps values too, such as Adam's running means. `build()` creates its variables.
# `stateless_apply()` then takes three lists, of its own values, the gradients and the weights, and
# returns the new weights and its new values. That is all we need for one epoch:

# %%
optimizer.build(model.trainable_variables)
trainable = values_of(model.trainable_variables)
non_trainable = values_of(model.non_trainable_variables)
optimizer_values = values_of(optimizer.variables)

rng = np.random.default_rng(2026)
first_losses = []
for step, (x, y) in enumerate(batches(x_train, y_train, shuffle_with=rng)):
    (loss, (_, non_trainable)), gradients = loss_and_gradients(trainable, non_trainable, x, y)
    trainable, optimizer_values = optimizer.stateless_apply(optimizer_values, gradients, trainable)
    first_losses.append(float(loss))
    if step % 40 == 0:
        print(f"step {step:3}: loss {first_losses[-1]:.3f}")

# %% tags=["test"]
assert len(first_losses) == len(x_train) // batch_size
assert np.isfinite(first_losses).all()
assert first_losses[-1] < 0.85 * first_losses[0]
assert int(optimizer_values[0]) == len(first_losses)
assert int(non_trainable[0][1]) == len(first_losses)

# %% [markdown]
# The model has not noticed anything yet: its variables are as they were at the beginning. Now we put
# the values back.


# %%
def right_answers():
    votes = keras.ops.argmax(model(x_val, training=False), axis=-1)
    return int(keras.ops.sum(votes == y_val))


before = right_answers()
put_back(model.trainable_variables, trainable)
put_back(model.non_trainable_variables, non_trainable)
put_back(optimizer.variables, optimizer_values)
print(f"right answers before: {before}, and after: {right_answers()}, of {len(y_val)}")

# %% tags=["test"]
assert before < 0.35 * len(y_val)
assert right_answers() > 0.5 * len(y_val)
assert int(optimizer.iterations) == len(first_losses)
assert np.array_equal(model.get_weights()[0], np.asarray(trainable[0]))

# %% [markdown]
# There is one trap. `fit()`, `evaluate()` and `predict()` lend the arrays in the variables to
# compiled functions, which may reuse their memory. The lists that you have put back hold the same
# arrays, and JAX says `Array has been deleted` when you use them after such a call. So call the
# model itself while you train, as above, or, after such a call, take the values out of the
# variables again.

# %% [markdown]
# ## Measuring with metrics {#measuring-with-metrics}
#
# The loss goes up and down from batch to batch. A [metric](https://keras.io/api/metrics/) gathers
# numbers over many batches. It has variables as well, and so the same kind of methods:
#
# - `stateless_reset_state()` returns the values to begin with
# - `stateless_update_state()` takes values, labels and predictions, and returns new values
# - `stateless_result()` computes the result from the values
#
# By now there are four lists of values. We keep them in one tuple, the *state*, and write the step as
# a function that takes a state and a batch, and returns a new state:

# %%
accuracy = keras.metrics.SparseCategoricalAccuracy()


def train_step(state, x, y):
    trainable, non_trainable, optimizer_values, accuracy_values = state
    (loss, (logits, non_trainable)), gradients = loss_and_gradients(trainable, non_trainable, x, y)
    trainable, optimizer_values = optimizer.stateless_apply(optimizer_values, gradients, trainable)
    accuracy_values = accuracy.stateless_update_state(accuracy_values, y, logits)
    return loss, (trainable, non_trainable, optimizer_values, accuracy_values)


# %%
def current_state():
    return (
        values_of(model.trainable_variables),
        values_of(model.non_trainable_variables),
        values_of(optimizer.variables),
        accuracy.stateless_reset_state(),
    )


state = current_state()
for x, y in batches(x_train, y_train, shuffle_with=rng):
    loss, state = train_step(state, x, y)

training_accuracy = float(accuracy.stateless_result(state[3]))
print(f"accuracy while training: {training_accuracy:.3f}")

# %% tags=["test"]
assert 0.5 < training_accuracy <= 1
total, count = (float(value) for value in state[3])
assert count == len(x_train)
assert np.isclose(training_accuracy, total / count)
# The metric's own variables were not touched.
assert float(accuracy.result()) == 0

# %% [markdown]
# ## Validation {#validation}
#
# After each epoch we want to know how the model does on images that it does not learn from. This
# takes a second loop, with two differences: the model is called with `training=False`, which switches
# dropout off, and there are no gradients. The new non-trainable values are of no use here, so we drop
# them.


# %%
def validation_step(trainable, non_trainable, accuracy_values, x, y):
    logits, _ = model.stateless_call(trainable, non_trainable, x, training=False)
    return accuracy.stateless_update_state(accuracy_values, y, logits)


def validate(state, step_function):
    trainable, non_trainable, _, _ = state
    accuracy_values = accuracy.stateless_reset_state()
    for x, y in batches(x_val, y_val):
        accuracy_values = step_function(trainable, non_trainable, accuracy_values, x, y)
    return float(accuracy.stateless_result(accuracy_values))


# %%
validation_accuracy = validate(state, validation_step)
print(f"accuracy in validation: {validation_accuracy:.3f}")

# %% tags=["test"]
put_back(model.trainable_variables, state[0])
assert np.isclose(validation_accuracy, right_answers() / len(y_val), atol=2 / len(y_val))

# %% [markdown]
# ## Compiling the step {#compiling-the-step}
#
# So far JAX ran one small operation after the other. `jax.jit` compiles a whole function, which then
# runs much faster. Since our steps are pure functions already, nothing in them has to change:

# %%
fast_train_step = jax.jit(train_step)
fast_validation_step = jax.jit(validation_step)

# %% [markdown]
# Does it compute the same? We take eight steps from the same state in both ways, and compare all
# values. They agree up to rounding, for the compiler may add numbers in another order.

# %%
slow_state = fast_state = state
for x, y in list(batches(x_train, y_train))[:8]:
    slow_loss, slow_state = train_step(slow_state, x, y)
    fast_loss, fast_state = fast_train_step(fast_state, x, y)

pairs = list(zip(jax.tree.leaves(slow_state), jax.tree.leaves(fast_state), strict=True))
print("arrays in the state:", len(pairs))
print("all alike:", all(np.allclose(slow, fast, rtol=0.01, atol=1e-3) for slow, fast in pairs))

# %% tags=["test"]
assert len(pairs) == 4 + 1 + len(optimizer.variables) + 2
assert all(np.allclose(slow, fast, rtol=0.01, atol=1e-3) for slow, fast in pairs)
assert np.isclose(float(slow_loss), float(fast_loss), rtol=0.01)
assert not np.array_equal(np.asarray(fast_state[0][0]), np.asarray(state[0][0]))

# %% [markdown]
# Two things are different, though. First, JAX runs the Python code of a compiled function only to
# *trace* it: once for each combination of shapes and types. So a `print` in it does not speak in
# every step, and a last batch of another size costs a second compilation:

# %%
traced_shapes = []


@jax.jit
def count_right(trainable, non_trainable, x, y):
    traced_shapes.append(x.shape)
    logits, _ = model.stateless_call(trainable, non_trainable, x, training=False)
    return keras.ops.sum(keras.ops.argmax(logits, axis=-1) == y)


for size in (100, 100, 100, 60):
    count_right(state[0], state[1], x_val[:size], y_val[:size])
print("Python code ran for:", traced_shapes)

# %% tags=["test"]
assert traced_shapes == [(100, 784), (60, 784)]
votes = keras.ops.convert_to_numpy(model(x_val[:100])).argmax(axis=-1)
compiled_count = int(count_right(state[0], state[1], x_val[:100], y_val[:100]))
assert abs(compiled_count - (votes == y_val[:100]).sum()) <= 1

# %% [markdown]
# Second, a compiled function must get everything that changes as an argument. Whatever else it
# reads is built into it while it is traced, and stays as it was. That is why the state goes in and
# out.
#
# Here is the complete loop, with training, validation and compiled steps. It goes on from the state
# that we have, and puts the last one back into the variables:

# %%
validation_history = []
for epoch in range(epochs):
    state = (*state[:3], accuracy.stateless_reset_state())
    for x, y in batches(x_train, y_train, shuffle_with=rng):
        loss, state = fast_train_step(state, x, y)
    training_accuracy = float(accuracy.stateless_result(state[3]))
    validation_history.append(validate(state, fast_validation_step))
    print(
        f"epoch {epoch + 1}: accuracy {training_accuracy:.3f},",
        f"in validation {validation_history[-1]:.3f}",
    )

put_back(model.trainable_variables, state[0])
put_back(model.non_trainable_variables, state[1])
put_back(optimizer.variables, state[2])

# %% tags=["test"]
assert len(validation_history) == epochs
assert training_accuracy > 0.6
assert np.isclose(validation_history[-1], right_answers() / len(y_val), atol=2 / len(y_val))
# One epoch without compilation in each of two sections, and the compiled ones.
assert int(optimizer.iterations) == (2 + epochs) * (len(x_train) // batch_size)

# %% tags=["test", "full"]
if len(x_train) == 12_000:
    assert validation_history[-1] > 0.92
    assert validation_history[-1] > validation_accuracy

# %% [markdown]
# ## Losses that layers add {#losses-that-layers-add}
#
# A layer may contribute to the loss: with `add_loss()` in its `call()`, or by a regularizer on a
# weight. `fit()` adds these losses to the one you compiled. In a loop of your own it is up to you.
#
# This layer passes its inputs on, and asks for small ones:


# %%
class ActivityPenalty(keras.layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * keras.ops.mean(keras.ops.square(inputs)))
        return inputs


# %% [markdown]
# Called with `return_losses=True`, `stateless_call()` returns a third thing, a list of these
# losses. Do not look into `model.losses` instead: a stateless call writes nothing into the model,
# so the added losses are missing there, and the penalties of regularizers are those of the old
# weights. We train a model twice for one epoch, without and with the additional losses, and look at
# the mean square of what the hidden layer puts out.


# %%
def activity_after_training(heed_penalties):
    keras.utils.set_random_seed(2026)
    inputs = keras.Input(shape=(784,))
    hidden = keras.layers.Dense(128, activation="relu", kernel_regularizer="l2")(inputs)
    outputs = keras.layers.Dense(10)(ActivityPenalty(rate=1.0)(hidden))
    penalised = keras.Model(inputs, outputs)
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    optimizer.build(penalised.trainable_variables)

    def total_loss(trainable, x, y):
        # This model has no values that change without being trained: the list is empty.
        logits, _, added = penalised.stateless_call(trainable, [], x, return_losses=True)
        loss = loss_function(y, logits)
        return loss + sum(added) if heed_penalties else loss, added

    @jax.jit
    def step(trainable, optimizer_values, x, y):
        (_, added), gradients = jax.value_and_grad(total_loss, has_aux=True)(trainable, x, y)
        return *optimizer.stateless_apply(optimizer_values, gradients, trainable), added

    trainable = values_of(penalised.trainable_variables)
    optimizer_values = values_of(optimizer.variables)
    for x, y in batches(x_train, y_train):
        trainable, optimizer_values, added = step(trainable, optimizer_values, x, y)

    put_back(penalised.trainable_variables, trainable)
    activity = keras.Model(inputs, hidden).predict(x_val, verbose=0)
    return float(np.square(activity).mean()), [float(loss) for loss in added]


# %%
activity_without, _ = activity_after_training(heed_penalties=False)
activity_with, added_losses = activity_after_training(heed_penalties=True)
print("additional losses in a step:", len(added_losses))
print(f"mean square without them: {activity_without:.3f}")
print(f"mean square with them:    {activity_with:.3f}")

# %% tags=["test"]
assert len(added_losses) == 2
assert min(added_losses) > 0
assert activity_with < 0.8 * activity_without

# %% [markdown]
# ## A small GAN, from end to end {#a-small-gan}
#
# In a *generative adversarial network* two models train against each other. The *generator* makes
# pictures out of random numbers, and the *discriminator* tells them from real ones. They learn in
# turns, each with its own optimizer. In a loop of your own, taking turns is simply two updates in a
# row.
#
# As real pictures we take 5,900 images of the digit 2. Small dense networks can cope with them.

# %%
digits = images[labels == 2][:5_900]
print("digits:", digits.shape)

# %% tags=["quick"]
digits = digits[:400]

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
judge_optimizer = keras.optimizers.Adam(learning_rate=3e-4, beta_1=0.5)
artist_optimizer = keras.optimizers.Adam(learning_rate=6e-4, beta_1=0.5)
judge_optimizer.build(discriminator.trainable_variables)
artist_optimizer.build(generator.trainable_variables)
binary_loss = keras.losses.BinaryCrossentropy(from_logits=True)

# %% [markdown]
# We call the discriminator the *judge*, and the generator the *artist*. Each side gets a loss
# function. In the code, `judge` and `artist` are the values of their trainable weights, and the
# names with `others` are the values that are not trained: dropout's seeds, and the running averages
# of batch normalization.
#
# The judge should say 1 to real pictures and 0 to fakes. A target of 0.9 instead of 1 keeps it from
# being too sure. The artist wants the judge to say 1 to its fakes. Gradients are taken for the
# first argument only, so the trainable weights of one side stay as they are while the other one
# learns.


# %%
def judge_loss(judge, judge_others, real, fakes):
    on_real, judge_others = discriminator.stateless_call(judge, judge_others, real, training=True)
    on_fake, judge_others = discriminator.stateless_call(judge, judge_others, fakes, training=True)
    loss = binary_loss(0.9 * keras.ops.ones_like(on_real), on_real)
    return loss + binary_loss(keras.ops.zeros_like(on_fake), on_fake), judge_others


def artist_loss(artist, artist_others, judge, judge_others, noise):
    fakes, artist_others = generator.stateless_call(artist, artist_others, noise, training=True)
    verdicts, judge_others = discriminator.stateless_call(judge, judge_others, fakes, training=True)
    return binary_loss(keras.ops.ones_like(verdicts), verdicts), (artist_others, judge_others)


# %% [markdown]
# The step trains the judge first, then the artist against the judge that has just learned. JAX has no
# hidden random generator: its random functions take a *key*. `jax.random.split` makes new keys out of
# one, and we never use a key twice.


# %%
@jax.jit
def gan_step(judge_side, artist_side, key, real):
    judge, judge_others, judge_values = judge_side
    artist, artist_others, artist_values = artist_side
    judge_key, artist_key = jax.random.split(key)
    noise_shape = (len(real), latent_size)

    noise = jax.random.normal(judge_key, noise_shape)
    fakes, artist_others = generator.stateless_call(artist, artist_others, noise, training=True)
    (loss_of_judge, judge_others), gradients = jax.value_and_grad(judge_loss, has_aux=True)(
        judge, judge_others, real, fakes
    )
    judge, judge_values = judge_optimizer.stateless_apply(judge_values, gradients, judge)

    noise = jax.random.normal(artist_key, noise_shape)
    (loss_of_artist, (artist_others, judge_others)), gradients = jax.value_and_grad(
        artist_loss, has_aux=True
    )(artist, artist_others, judge, judge_others, noise)
    artist, artist_values = artist_optimizer.stateless_apply(artist_values, gradients, artist)

    losses = (loss_of_judge, loss_of_artist)
    return (judge, judge_others, judge_values), (artist, artist_others, artist_values), losses


# %% tags=["test"]
untrained_weights = generator.get_weights()

# %% [markdown]
# The loop itself is short. It ends as always, with the values put back.


# %%
def variables_of(network, optimizer):
    return network.trainable_variables, network.non_trainable_variables, optimizer.variables


judge_variables = variables_of(discriminator, judge_optimizer)
artist_variables = variables_of(generator, artist_optimizer)
judge_side = tuple(values_of(part) for part in judge_variables)
artist_side = tuple(values_of(part) for part in artist_variables)

key = jax.random.key(2026)
for epoch in range(gan_epochs):
    for (real,) in batches(digits, shuffle_with=rng):
        key, step_key = jax.random.split(key)
        judge_side, artist_side, losses = gan_step(judge_side, artist_side, step_key, real)
    if (epoch + 1) % 10 == 0 or epoch + 1 == gan_epochs:
        print(f"epoch {epoch + 1}: judge {float(losses[0]):.2f}, artist {float(losses[1]):.2f}")

for variables, values in zip(judge_variables + artist_variables, judge_side + artist_side, strict=True):
    put_back(variables, values)

# %% [markdown]
# Now the generator is an ordinary model again, and draws on request:

# %% alt="Three rows of eight generated pictures, black on white. Most are easy to read as a handwritten digit 2, in various slants and widths; a few are blurred or torn."
noise = np.random.default_rng(5).normal(size=(500, latent_size)).astype("float32")
fakes = generator.predict(noise, verbose=0)

figure, axes = plt.subplots(3, 8, figsize=(7, 3))
for axis, picture in zip(axes.flat, fakes, strict=False):
    axis.imshow(picture.reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
    axis.axis("off")
figure.suptitle("Generated digits")
plt.show()

# %% [markdown]
# We even have somebody to ask for an opinion, the classifier from above. How many of 500 fakes does
# it take for a 2? (It has never seen anything but digits, and would see some digit in mere noise as
# well. So look at the pictures first.)

# %%
opinions = model.predict(fakes, verbose=0).argmax(axis=-1)
print(f"read as a 2: {int((opinions == 2).sum())} of {len(fakes)}")

# %% tags=["test"]
gan_steps = gan_epochs * len(digits) // batch_size
assert int(judge_optimizer.iterations) == int(artist_optimizer.iterations) == gan_steps
assert np.isfinite([float(loss) for loss in losses]).all()
assert fakes.shape == (500, 784)
assert np.array_equal(discriminator.get_weights()[0], np.asarray(judge_side[0][0]))
assert all(
    not np.array_equal(old, new) for old, new in zip(untrained_weights, generator.get_weights(), strict=True)
)
# Each of the two dropout layers drew for real pictures, for fakes, and for the artist's turn.
seeds = [np.asarray(seed.value)[1] for seed in discriminator.non_trainable_variables]
assert seeds == [3 * gan_steps, 3 * gan_steps]

# %% tags=["test", "full"]
if len(digits) == 5_900 and gan_epochs == 40:
    assert (opinions == 2).mean() > 0.7
    assert np.corrcoef(fakes.mean(axis=0), digits.mean(axis=0))[0, 1] > 0.9
    # The fakes differ from each other: the generator does not draw one picture only.
    assert fakes.std(axis=0).mean() > 0.3 * digits.std(axis=0).mean()

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - If you miss callbacks and progress bars, put the algorithm into
#   [a training step of your own](custom_train_step_in_jax.md) and let `fit()` do the rest.
# - [New layers and models by subclassing](making_new_layers_and_models_via_subclassing.md) tells
#   more about `add_loss()` and about what a layer keeps as its state.
# - [Saving and loading models](serialization_and_saving.md) works as usual after the values are put
#   back.
# - A compiled step runs on many devices too:
#   [distributed training with JAX](distributed_training_with_jax.md).
# - The reference of [the optimizers](https://keras.io/api/optimizers/) and of
#   [the layers' base class](https://keras.io/api/layers/base_layer/) has the details.
