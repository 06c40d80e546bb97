# ---
# title: Distributed training with TensorFlow
# description: Data parallelism on one host with MirroredStrategy and fit().
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: distribution
# tags: [data-parallelism, checkpoints, tensorflow]
# accelerator: none
# backends: [tensorflow]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {train_size: 512, batch_size: 64, epochs: 2}
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
# A model that trains too slowly on one GPU can train on several. The usual way is *data
# parallelism*: every device holds the whole model and works on its own part of each batch.
#
# On the TensorFlow backend, Keras leaves the work to `tf.distribute`. Its *strategies* decide where
# variables are stored and where computations run. For one machine with several GPUs the strategy is
# `tf.distribute.MirroredStrategy`, and `fit()` can use it with one more line of code. We look at
# what the strategy does in a single step, train under it, compare the result with a training on one
# device, and recover from an accident.
#
# **The devices here are simulated.** TensorFlow can split one CPU into several logical devices, so
# the guide runs on any laptop. Nothing gets faster by that: on the contrary, four devices share the
# same cores, and have to talk to each other besides. What it proves is that the program is correct.
# What to change for real GPUs stands [near the end](#several-hosts-and-real-accelerators).

# %% [markdown]
# ## Setup {#setup}
#
# TensorFlow fixes its list of devices when it first computes something, or is asked for that list.
# The CPU must be split before that. If you run this in a notebook where TensorFlow has been used
# already, restart the kernel first.

# %%
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import tensorflow as tf

# In a notebook TensorFlow also logs each step of its set-up. Warnings are enough.
tf.get_logger().setLevel("WARNING")

# For the simulation only: leave GPUs alone, and make four devices of the CPU.
tf.config.set_visible_devices([], "GPU")
[cpu] = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 4)

import keras
import matplotlib.pyplot as plt
import numpy as np

# %% tags=["test"]
assert keras.backend.backend() == "tensorflow"

# %% [markdown]
# ## The devices {#the-devices}
#
# The one *physical* CPU has become four *logical* devices:

# %%
print("physical:", [device.name for device in tf.config.list_physical_devices()])
print("logical: ", [device.name for device in tf.config.list_logical_devices()])

# %% [markdown]
# A `MirroredStrategy` runs one *replica* of the model on each device that it is given. All of them
# belong to one Python process: there is nothing to launch, and no process has a rank.
#
# `cross_device_ops` says how the replicas exchange gradients. Between GPUs that is a matter of
# speed, and the default is a good choice. For a simulation the simplest way will do: add everything
# up on one device, and copy the sum back.

# %%
strategy = tf.distribute.MirroredStrategy(
    devices=["CPU:0", "CPU:1", "CPU:2", "CPU:3"],
    cross_device_ops=tf.distribute.ReductionToOneDevice(),
)
num_replicas = strategy.num_replicas_in_sync
print("replicas:", num_replicas)

# %% tags=["test"]
assert len(tf.config.list_logical_devices("CPU")) == 4
assert tf.config.list_logical_devices("GPU") == []
assert num_replicas == 4

# %% [markdown]
# ## The data and the model {#the-data-and-the-model}
#
# We train on the first 12,288 digits of MNIST, which are 96 batches of 128.

# %% tags=["parameters"]
train_size = 12_288
batch_size = 128
epochs = 4

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:train_size, ..., np.newaxis].astype("float32") / 255
x_test = x_test[:2048, ..., np.newaxis].astype("float32") / 255
y_train, y_test = y_train[:train_size], y_test[:2048]

per_replica = batch_size // num_replicas
print(f"{len(x_train) // batch_size} batches of {batch_size}, {per_replica} images per replica")

# %% [markdown]
# `batch_size` is the *global* batch size: what all replicas process together in one step. If you
# add replicas and keep it, each of them gets less to do. So with real GPUs one usually writes
# `batch_size = 64 * strategy.num_replicas_in_sync`, and raises the learning rate along with it.
#
# The sizes are chosen so that no smaller batch is left over at the end of an epoch. TensorFlow
# would not mind one. But its parts would differ in size, their means would still count alike, and
# so a few images would weigh a little more than others.
#
# The model is a small convolutional network. The function sets the seed itself, so that each model
# made by it starts from the same weights. We need this for the comparison.


# %%
def build_model():
    keras.utils.set_random_seed(2026)
    model = keras.Sequential(
        [
            keras.layers.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, kernel_size=3, strides=2, activation="relu"),
            keras.layers.Conv2D(32, kernel_size=3, strides=2, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    optimizer = keras.optimizers.SGD(learning_rate=0.05, momentum=0.9)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


# %% [markdown]
# Now the line that distribution takes. A model that is made in the strategy's scope belongs to the
# strategy. The scope must hold whatever creates variables: the model, the optimizer, the metrics.

# %%
with strategy.scope():
    model = build_model()

# %% [markdown]
# Each weight is now a *mirrored* variable: one name, with a copy on every device.
# `experimental_local_results()` takes such a value apart:

# %%
kernel = model.layers[-1].kernel.value
for copy in strategy.experimental_local_results(kernel):
    print(copy.device, copy.shape)

# %% tags=["test"]
assert model.count_params() == 16_330
assert train_size % batch_size == len(x_test) % batch_size == batch_size % num_replicas == 0
copies = strategy.experimental_local_results(kernel)
assert [copy.device[-5:] for copy in copies] == ["CPU:0", "CPU:1", "CPU:2", "CPU:3"]
assert all(np.array_equal(copy, copies[0]) for copy in copies)

# %% [markdown]
# ## Data parallelism {#data-parallelism}
#
# One step of the training goes like this:
#
# 1. The global batch is split into equal parts, one for each replica.
# 2. Each replica computes the gradient of the loss on its own part, with its own copy of the
#    weights.
# 3. The replicas exchange their gradients, and each ends up with the mean of them all. This
#    exchange is called *all-reduce*.
# 4. Each replica changes its weights by the same mean gradient. The copies were equal before the
#    step, and they are equal after it.
#
# The loss is a mean over images. As the parts have equal sizes, the mean of their gradients is the
# gradient of the whole batch. So the step is the one that a single device would take.
#
# Step 1 needs no work of yours if you pass arrays or an ordinary `tf.data.Dataset` to `fit()`: the
# strategy splits each global batch, and hands the parts over to the devices. On GPUs this is the
# way to go. Here we give each replica an input pipeline of its own instead. It lets us see how the
# data are split. And it saves time: the buffers for handing over are of no use between devices that
# share one memory, and on a busy CPU TensorFlow can take seconds to close them after each epoch.
#
# The function `share()` is called once for each replica. It makes batches of a quarter of the
# global size, and keeps every fourth batch: replica 0 the first, the fifth and so on, replica 1 the
# second, the sixth and so on.


# %%
def distribute(x, y):
    """Make a distributed dataset: each replica gets its share of every global batch."""

    def share(context):
        dataset = tf.data.Dataset.from_tensor_slices((x, y))
        dataset = dataset.batch(context.get_per_replica_batch_size(batch_size))
        return dataset.shard(context.num_input_pipelines, context.input_pipeline_id)

    options = tf.distribute.InputOptions(
        experimental_fetch_to_device=False,
        experimental_replication_mode=tf.distribute.InputReplicationMode.PER_REPLICA,
    )
    return strategy.distribute_datasets_from_function(share, options)


train_data = distribute(x_train, y_train)
images, labels = next(iter(train_data))
parts = strategy.experimental_local_results(images)
for number, part in enumerate(parts):
    print(f"replica {number}: {part.shape}")

# %% tags=["test"]
assert len(parts) == num_replicas
assert all(part.shape == (per_replica, 28, 28, 1) for part in parts)
assert np.array_equal(np.concatenate(parts), x_train[:batch_size])

# %% [markdown]
# Drawn with the first digits of each part, the whole step looks like this:


# %% alt="Four rows, one for each replica. Each row begins with six handwritten digits, the start of that replica's part of the batch. An arrow leads to a box saying that the replica computes its gradient, and from all four boxes arrows lead to one box, the mean gradient, the same on every replica."
def draw_step(parts, names):
    """Draw one row for each replica: its images, its gradient; and the mean of them all."""
    _, ax = plt.subplots(figsize=(7, 3.6))
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": "black"}
    middle = len(parts) / 2
    for row, (part, name) in enumerate(zip(parts, names, strict=True)):
        y = len(parts) - row - 0.5
        digits = np.concatenate(list(part[:6, ..., 0]), axis=1)
        ax.imshow(digits, cmap="gray_r", extent=(0, 4, y - 0.32, y + 0.32), aspect="auto")
        ax.text(2, y - 0.47, f"{len(part)} images", ha="center", fontsize=8)
        ax.annotate("", xy=(4.8, y), xytext=(4.1, y), arrowprops={"arrowstyle": "->"})
        ax.text(5.8, y, f"{name}\ngradient {row}", ha="center", va="center", bbox=box)
        ax.annotate("", xy=(8.1, middle), xytext=(6.8, y), arrowprops={"arrowstyle": "->"})
    ax.text(9, middle, "mean\ngradient,\nsame step\neverywhere", ha="center", va="center", bbox=box)
    ax.set(xlim=(-0.2, 10), ylim=(-0.1, len(parts) + 0.1), title="One step over one global batch")
    ax.axis("off")
    plt.show()


draw_step([part.numpy() for part in parts], [f"replica {n}" for n in range(num_replicas)])

# %% [markdown]
# Let us check steps 2 and 3 with numbers. `strategy.run()` calls a function once on every replica,
# each with its own part of the arguments. Inside, the replica's context can do an all-reduce. The
# gradient is that of the last layer's bias, ten numbers.


# %%
def bias_gradient(images, labels):
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        loss = tf.reduce_mean(losses)
    return tape.gradient(loss, model.layers[-1].bias.value)


@tf.function
def gradient_on_each_replica(images, labels):
    def on_one_replica(images, labels):
        own = bias_gradient(images, labels)
        context = tf.distribute.get_replica_context()
        return own, context.all_reduce(tf.distribute.ReduceOp.MEAN, own)

    return strategy.run(on_one_replica, args=(images, labels))


own, mean = gradient_on_each_replica(images, labels)
own = np.stack(strategy.experimental_local_results(own))
mean = np.stack(strategy.experimental_local_results(mean))
for number in range(num_replicas):
    print(f"replica {number}: own {own[number, :3].round(3)}, mean {mean[number, :3].round(3)}")

whole_batch = bias_gradient(x_train[:batch_size], y_train[:batch_size]).numpy()
print("whole batch on one device:", whole_batch[:3].round(3))

# %% [markdown]
# The replicas' own gradients differ. The means are equal, and they are the gradient of the whole
# batch.
#
# Keras gets the same mean in another order: under a strategy it divides each replica's loss by the
# number of replicas, and the optimizer then adds up the gradients of all replicas. So when you
# write [a training step of your own](custom_train_step_in_tensorflow.md), do not all-reduce the
# gradients yourself. The loss is divided already if it comes from `compute_loss()`, or from a loss
# object that takes the mean, such as `keras.losses.MeanSquaredError()`. If you compute the mean
# yourself, with `keras.ops.mean()` for instance, divide it by `strategy.num_replicas_in_sync`.

# %% tags=["test"]
assert own.shape == mean.shape == (num_replicas, 10)
assert not np.allclose(own[0], own[1], atol=1e-4)
assert (mean == mean[0]).all()
assert np.allclose(own.mean(axis=0), mean[0], atol=1e-5)
assert np.allclose(whole_batch, mean[0], atol=1e-5)

# %% [markdown]
# ## Training {#training}
#
# `fit()` needs no scope: the model remembers its strategy. The dataset has its batches already, so
# there is no `batch_size` to pass. The training images are in no particular order, and we can do
# without shuffling. So every model of this guide sees the same batches. A callback notes the
# weights after the first epoch. We shall compare them further down.


# %%
class FirstEpoch(keras.callbacks.Callback):
    """Remember the weights after the first epoch."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self.weights = self.model.get_weights()


first_epoch = FirstEpoch()
history = model.fit(train_data, epochs=epochs, shuffle=False, callbacks=[first_epoch], verbose=2)
test_loss, test_accuracy = model.evaluate(distribute(x_test, y_test), verbose=0)
print(f"test accuracy: {test_accuracy:.3f}")

# %% [markdown]
# The loss and the metrics cover all replicas, and so do `evaluate()` and `predict()`. After all
# these steps, the four copies of each weight are still the same to the last bit:

# %%
copies = strategy.experimental_local_results(kernel)
print("copies:", len(copies))
print("all equal:", all(np.array_equal(copy, copies[0]) for copy in copies))

# %% tags=["test"]
assert len(copies) == num_replicas
for weight in model.weights:
    mirrored = strategy.experimental_local_results(weight.value)
    assert all(np.array_equal(copy, mirrored[0]) for copy in mirrored)
assert len(history.history["loss"]) == epochs
assert history.history["loss"][-1] < history.history["loss"][0]

# %% tags=["test", "full"]
if len(x_train) == 12_288:
    assert test_accuracy > 0.9

# %% [markdown]
# ## Checking against one device {#checking-against-one-device}
#
# The same training once more, on one device, outside of any scope:


# %%
single_first_epoch = FirstEpoch()
single = build_model()
single_run = single.fit(
    x_train,
    y_train,
    batch_size=batch_size,
    epochs=epochs,
    shuffle=False,
    callbacks=[single_first_epoch],
    verbose=0,
)


def largest_difference(ours, theirs):
    return max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))


steps = len(x_train) // batch_size
difference = largest_difference(first_epoch.weights, single_first_epoch.weights)
in_the_end = largest_difference(model.get_weights(), single.get_weights())
print(f"largest difference of a weight after {steps} steps: {difference:.0e}")
print(f"after {epochs * steps} steps: {in_the_end:.0e}")

# %% [markdown]
# After the first epoch the difference is tiny, but not zero. A sum of floating-point numbers
# depends a little on the order of its terms, and four partial sums are another order.
#
# Later the weights drift apart. Each step builds on the last, and training blows up small
# differences. The two models are then different ones, but equally good, as their losses show. So to
# test a distributed program, compare after few steps. Use a plain optimizer, too: Adam divides by
# the size of the gradient, and rounding errors become large where that is close to zero.
#
# Some layers do not compute the same on four replicas as on one device, by their nature:
#
# - `Dropout` keeps a copy of its random state on each replica. The copies are equal, so all
#   replicas use the same random numbers, each for its own images; one device draws different ones
#   for every image of the batch
# - `BatchNormalization` takes the mean and the variance of its own replica's part, unless it is
#   made with `synchronized=True`
#
# Leave such layers out of a test like this one.

# %% tags=["test"]
assert difference < 1e-3
assert largest_difference(single_first_epoch.weights, build_model().get_weights()) > 0.01
assert len(strategy.experimental_local_results(single.layers[0].kernel.value)) == 1

# %% alt="Training loss over the epochs. The dashed line with crosses of one device runs exactly on top of the solid line with circles of four replicas, both falling."
shown_epochs = np.arange(1, epochs + 1)
_, ax = plt.subplots(figsize=(7, 3))
ax.plot(shown_epochs, history.history["loss"], "o-", linewidth=4, alpha=0.4, label="four replicas")
ax.plot(shown_epochs, single_run.history["loss"], "x--", color="black", label="one device")
ax.set(xlabel="epoch", ylabel="training loss", title="The same training on one and on four devices")
ax.set_xticks(shown_epochs)
ax.legend()
plt.show()

# %% tags=["test"]
assert np.allclose(history.history["loss"], single_run.history["loss"], rtol=0.1)

# %% [markdown]
# ## Checkpoints and fault tolerance {#fault-tolerance}
#
# The more machines take part, the more often one of them fails. Callbacks work as on one device, so
# [`ModelCheckpoint`](https://keras.io/api/callbacks/model_checkpoint/) saves the model, and
# [`BackupAndRestore`](https://keras.io/api/callbacks/backup_and_restore/) saves what is needed to
# go on: weights, the state of the optimizer, and the number of the epoch.
#
# Let us have an accident after the first epoch:


# %%
class PowerCut(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise RuntimeError("the power is gone")


def train(callbacks):
    with strategy.scope():
        model = build_model()
    history = model.fit(train_data, epochs=epochs, shuffle=False, callbacks=callbacks, verbose=0)
    return model, history


try:
    train([keras.callbacks.BackupAndRestore("backup"), PowerCut()])
except RuntimeError as error:
    print("stopped:", error)
print("left behind:", sorted(os.listdir("backup")))

# %% [markdown]
# The second attempt is the same call. `BackupAndRestore` finds the backup, continues with the
# second epoch, and removes the backup at the end. The result is that of the training without an
# accident:

# %%
checkpoint = keras.callbacks.ModelCheckpoint("digits.keras")
resumed, resumed_history = train([keras.callbacks.BackupAndRestore("backup"), checkpoint])
print("epochs of the second attempt:", [epoch + 1 for epoch in resumed_history.epoch])
print("backup still there:", os.path.exists("backup"))
difference = largest_difference(resumed.get_weights(), model.get_weights())
print(f"largest difference of a weight: {difference:.1g}")

# %% tags=["test"]
assert resumed_history.epoch == list(range(1, epochs))
assert not os.path.exists("backup")
assert os.path.isfile("digits.keras")
assert difference < 1e-3
assert keras.ops.convert_to_numpy(resumed.optimizer.iterations) == epochs * steps

# %% [markdown]
# Had we shuffled, the resumed training would have seen other batches than the undisturbed training,
# which does no harm. The state of random generators is not in the backup either.
#
# A saved file knows nothing of devices. What was trained on four can be loaded on one, outside of
# the scope, or on eight, in the scope of another strategy:

# %%
restored = keras.saving.load_model("digits.keras")
with strategy.scope():
    restored_on_all = keras.saving.load_model("digits.keras")

for loaded in (restored, restored_on_all):
    copies = strategy.experimental_local_results(loaded.layers[-1].kernel.value)
    print("copies of each weight:", len(copies))

# %% tags=["test"]
assert len(strategy.experimental_local_results(restored.weights[0].value)) == 1
assert len(strategy.experimental_local_results(restored_on_all.weights[0].value)) == num_replicas
assert largest_difference(restored.get_weights(), resumed.get_weights()) == 0
assert largest_difference(restored_on_all.get_weights(), resumed.get_weights()) == 0
sample = x_test[:64]
assert np.allclose(restored(sample), resumed(sample), rtol=1e-3, atol=1e-3)

# %% [markdown]
# ## Several hosts and real accelerators {#several-hosts-and-real-accelerators}
#
# A laptop can run none of this, so take it as directions.
#
# **Several GPUs in one machine.** Remove the three lines for the simulation from the set-up, pass
# plain arrays or a dataset to `fit()`, and write `strategy = tf.distribute.MirroredStrategy()`.
# Without arguments it takes all GPUs that it finds, and lets NVIDIA's NCCL exchange the gradients.
# Raise the batch size. Only now does it get faster, and only if each GPU has enough to do: with a
# model as small as ours, exchanging the gradients would take longer than computing them.
#
# **Feeding them.** A fast device waits if the data come too slowly. Pass `fit()` a
# `tf.data.Dataset` that is batched with the global batch size, does its preparation in `map()` with
# `num_parallel_calls=tf.data.AUTOTUNE`, and ends with `prefetch(tf.data.AUTOTUNE)`.
#
# **Several hosts.** TensorFlow has `tf.distribute.MultiWorkerMirroredStrategy`, and for TPUs
# `tf.distribute.TPUStrategy`. With the first, the same script runs on every host, and the
# environment variable `TF_CONFIG` tells each of them the addresses of all and its own place among
# them. The data must be divided among the hosts: by files, or with
# `tf.data.experimental.AutoShardPolicy.DATA` in the options of the dataset. Only one host should
# write the files that matter. We have run neither strategy for this guide. Try yours with a small
# model first, and compare it with one device as above. For many hosts or for TPUs, consider [the
# JAX backend](distributed_training_with_jax.md): a Keras model runs there unchanged.
#
# **Models that are too large for one device.** A mirrored model must fit on each device. To split
# the weights themselves, Keras has `keras.distribution.ModelParallel`, on the JAX backend.

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [A training step of your own for fit()](custom_train_step_in_tensorflow.md) and [a training loop
#   in TensorFlow](writing_a_custom_training_loop_in_tensorflow.md)
# - [Training with the built-in methods](training_with_built_in_methods.md) and [the reference of
#   fit()](https://keras.io/api/models/model_training_apis/)
# - [Saving and loading models](serialization_and_saving.md)
# - [TensorFlow's guide to strategies](https://www.tensorflow.org/guide/distributed_training)
# - Other frameworks: [distributed training with JAX](distributed_training_with_jax.md) and [with
#   PyTorch](distributed_training_with_torch.md)
