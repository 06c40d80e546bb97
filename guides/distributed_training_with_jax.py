# ---
# title: Distributed training with JAX
# description: Data parallelism over the devices of one host, with fit() and in a loop of your own.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: distribution
# tags: [data-parallelism, checkpoints, jax]
# accelerator: none
# backends: [jax]
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
# This guide does it with JAX, on the devices of one machine, in two ways: with
# `keras.distribution.DataParallel`, which leaves `fit()` as it was, and written out with JAX's own
# sharding, for those who write their own training loop. Both are then compared with a training on
# one device, because a distributed program that runs is not yet one that computes the right thing.
#
# **The devices here are simulated.** JAX can split one CPU into several devices, so the guide runs
# on any laptop. Nothing gets faster by that: four devices share the same cores, and there is
# somewhat more to do than before. What it proves is that the program is correct. For real GPUs or
# TPUs very little changes; what does is described [near the
# end](#several-hosts-and-real-accelerators).

# %% [markdown]
# ## Setup {#setup}
#
# JAX decides which devices there are when it is first asked for one, and takes its settings from
# environment variables. The safe way is to set them before JAX or Keras is imported. If you run
# this in a notebook where JAX has been used already, restart the kernel first.

# %%
import os

os.environ["KERAS_BACKEND"] = "jax"

# For the simulation only: leave GPUs alone, and make four devices of the CPU.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"

import jax
import keras
import matplotlib.pyplot as plt
import numpy as np

# %% [markdown]
# There is a second way to the same end, `jax.config.update("jax_num_cpu_devices", 4)`. It comes
# after `import jax`, but still before anything asks JAX for a device.

# %% tags=["test"]
assert keras.backend.backend() == "jax"

# %% [markdown]
# ## The devices {#the-devices}
#
# Keras lists the devices by type and number. To JAX they are objects:

# %%
print(keras.distribution.list_devices())
print(jax.devices())

# %% tags=["test"]
assert keras.distribution.list_devices() == ["cpu:0", "cpu:1", "cpu:2", "cpu:3"]
assert len(jax.devices()) == 4
assert jax.process_count() == 1

# %% [markdown]
# One Python process drives all four. There is nothing to launch, and no process has a rank: you
# write one program, on whole arrays, and say how the arrays are laid out over the devices. JAX's
# compiler, XLA, works out what each device has to do and what they have to tell each other.
#
# The devices are arranged in a *mesh*, a grid with named axes. Data parallelism needs a single
# axis. `DataParallel` takes all devices that it finds and calls the axis `"batch"`:

# %%
distribution = keras.distribution.DataParallel()
print(distribution.device_mesh)
print("replicas:", distribution.num_model_replicas)

# %% tags=["test"]
assert distribution.num_model_replicas == 4
assert list(distribution.device_mesh.axis_names) == ["batch"]

# %% [markdown]
# ## The data and the model {#the-data-and-the-model}
#
# We train on the first 12,288 digits of MNIST, which are 96 batches of 128. The size of a batch
# must be a multiple of the number of devices, as JAX splits arrays into equal parts only. This
# holds for the last batch of an epoch as well, so the number of images should be a multiple, too.

# %% tags=["parameters"]
train_size = 12_288
batch_size = 128
epochs = 5

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:train_size, ..., np.newaxis].astype("float32") / 255
x_test = x_test[:2048, ..., np.newaxis].astype("float32") / 255
y_train, y_test = y_train[:train_size], y_test[:2048]

num_devices = len(jax.devices())
per_device = batch_size // num_devices
print(f"{len(x_train) // batch_size} batches of {batch_size}, {per_device} images per device")

# %% [markdown]
# `batch_size` is the *global* batch size: what all devices process together in one step. If you add
# devices and keep it, each of them gets less to do. So with real accelerators one usually lets it
# grow with the number of devices, and raises the learning rate along with it.
#
# The model is a small convolutional network. The function sets the seed itself, so that each model
# made by it starts from the same weights and drops out the same units. We need this for the
# comparison.


# %%
def build_model(dropout_rate=0.2):
    keras.utils.set_random_seed(2026)
    model = keras.Sequential(
        [
            keras.layers.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, kernel_size=3, strides=2, activation="relu"),
            keras.layers.Conv2D(32, kernel_size=3, strides=2, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dropout(dropout_rate),
            keras.layers.Dense(10),
        ]
    )
    optimizer = keras.optimizers.SGD(learning_rate=0.05, momentum=0.9)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


# %% tags=["test"]
assert train_size % batch_size == len(x_test) % batch_size == batch_size % num_devices == 0
assert build_model().count_params() == 16_330
first, second = build_model(), build_model()
assert all(map(np.array_equal, first.get_weights(), second.get_weights()))

# %% [markdown]
# ## Data parallelism {#data-parallelism}
#
# One step of the training goes like this:
#
# 1. The global batch is split into equal parts, one for each device.
# 2. Each device computes the gradient of the loss on its own part, with its own copy of the
#    weights.
# 3. The devices exchange their gradients, and each ends up with the mean of them all. This exchange
#    is called *all-reduce*.
# 4. Each device changes its weights by the same mean gradient. The copies were equal before the
#    step, and they are equal after it.
#
# The loss is a mean over images. As the parts have equal sizes, the mean of their gradients is the
# gradient of the whole batch. So the step is the one that a single device would take.
#
# In JAX, how an array lies on the devices is its *sharding*. A `NamedSharding` says for each axis
# of the array which axis of the mesh splits it. `P("batch")` splits the first axis. `P()` splits
# nothing, so that every device gets a full copy:

# %%
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P

mesh = Mesh(np.array(jax.devices()), axis_names=("batch",))
split = NamedSharding(mesh, P("batch"))
replicated = NamedSharding(mesh, P())

first_batch = jax.device_put(x_train[:batch_size], split)
print("the array:", first_batch.shape)
for shard in first_batch.addressable_shards:
    images = shard.index[0]
    print(f"on {shard.device}: {shard.data.shape}, images {images.start} to {images.stop - 1}")

# %% tags=["test"]
assert first_batch.shape == (batch_size, 28, 28, 1)
assert len(first_batch.addressable_shards) == num_devices
assert [shard.device for shard in first_batch.addressable_shards] == jax.devices()
for number, shard in enumerate(first_batch.addressable_shards):
    part = x_train[number * per_device : (number + 1) * per_device]
    assert np.array_equal(np.asarray(shard.data), part)

# %% [markdown]
# `first_batch` is still one array of the full size. It is only stored in four places. Drawn with
# the first digits of each part, the whole step looks like this:


# %% alt="Four rows, one for each device. Each row begins with six handwritten digits, the start of that device's part of the batch. An arrow leads to a box saying that the device computes its gradient, and from all four boxes arrows lead to one box, the mean gradient, the same on every device."
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


shards = [np.asarray(shard.data) for shard in first_batch.addressable_shards]
draw_step(shards, [f"device {n}" for n in range(len(shards))])

# %% [markdown]
# ## Training {#training}
#
# ### With fit() {#training-with-fit}
#
# Whatever is created in the scope of a distribution follows it: the weights become replicated
# arrays. `fit()` in that scope splits each batch, too. The rest of the code does not change.
#
# A script that never trains in another way can call
# `keras.distribution.set_distribution(distribution)` once at its top, before it makes the model,
# and do without the scope. We use the scope, as we want models on one device as well.
#
# The training images are in no particular order, so we can do without shuffling. Then every model
# of this guide sees the same batches. A callback notes the weights after the first epoch. We shall
# compare them further down.


# %%
class FirstEpoch(keras.callbacks.Callback):
    """Remember the weights after the first epoch."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self.weights = self.model.get_weights()


options = {"batch_size": batch_size, "epochs": epochs, "shuffle": False}
first_epoch = FirstEpoch()

with distribution.scope():
    model = build_model()
    history = model.fit(x_train, y_train, callbacks=[first_epoch], verbose=2, **options)
    test_loss, test_accuracy = model.evaluate(x_test, y_test, batch_size=batch_size, verbose=0)
print(f"test accuracy: {test_accuracy:.3f}")

# %% [markdown]
# The weights now lie on all devices, a full copy on each. `weight.value` is the JAX array in a
# Keras variable:

# %%
kernel = model.layers[-1].kernel.value
print("shape:", kernel.shape, "replicated:", kernel.is_fully_replicated)
for copy in kernel.addressable_shards:
    same = np.array_equal(copy.data, kernel)
    print(f"on {copy.device}: {copy.data.shape}, the same numbers: {same}")

# %% tags=["test"]
assert all(weight.value.is_fully_replicated for weight in model.weights)
assert all(len(weight.value.devices()) == num_devices for weight in model.weights)
assert all(np.array_equal(copy.data, kernel) for copy in kernel.addressable_shards)
assert len(history.history["loss"]) == epochs
assert history.history["loss"][-1] < history.history["loss"][0]

# %% tags=["test", "full"]
if len(x_train) == 12_288:
    assert test_accuracy > 0.9

# %% [markdown]
# ### Written out {#training-written-out}
#
# In a loop of your own the shardings do the same work. [The guide on training loops in
# JAX](writing_a_custom_training_loop_in_jax.md) explains the parts: `stateless_call()` and
# `stateless_apply()` take the state as arguments and return it anew. Note that the gradient is
# taken over plain arrays, the `value` of the variables, never over the variables.
#
# This model is made outside of any scope, so it is an ordinary model on one device. Its state is
# then copied to all four.

# %%
loop_model = build_model()
optimizer = loop_model.optimizer
optimizer.build(loop_model.trainable_variables)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

groups = (loop_model.trainable_variables, loop_model.non_trainable_variables, optimizer.variables)
state = tuple([variable.value for variable in group] for group in groups)
state = jax.device_put(state, replicated)

# %% [markdown]
# The step does not mention devices at all. Only `jit` is told how the arguments and the results
# lie: the state is replicated, images and labels are split.


# %%
def compute_loss(trainable, non_trainable, x, y):
    logits, non_trainable = loop_model.stateless_call(trainable, non_trainable, x, training=True)
    return loss_fn(y, logits), non_trainable


def train_step(state, x, y):
    trainable, non_trainable, optimizer_state = state
    compute_gradients = jax.value_and_grad(compute_loss, has_aux=True)
    (loss, non_trainable), gradients = compute_gradients(trainable, non_trainable, x, y)
    trainable, optimizer_state = optimizer.stateless_apply(optimizer_state, gradients, trainable)
    return loss, (trainable, non_trainable, optimizer_state)


train_step = jax.jit(
    train_step,
    in_shardings=(replicated, split, split),
    out_shardings=(replicated, replicated),
)

# %% [markdown]
# Who exchanges the gradients, then? The compiler saw that each device has a part of the batch and
# that the new state is to be the same everywhere. So it put the all-reduce in. We can compile the
# step before its first use, and look:

# %%
first_labels = jax.device_put(y_train[:batch_size], split)
compiled_step = train_step.lower(state, first_batch, first_labels).compile()
print("all-reduce in the program:", "all-reduce" in compiled_step.as_text())

# %% tags=["test"]
assert "all-reduce" in compiled_step.as_text()
one_device_step = jax.jit(lambda x: (x**2).mean()).lower(x_train[:batch_size]).compile()
assert "all-reduce" not in one_device_step.as_text()

# %% [markdown]
# Now one epoch with it. `device_put` sends every device its part of the batch:

# %%
loop_losses = []
for start in range(0, len(x_train), batch_size):
    x = jax.device_put(x_train[start : start + batch_size], split)
    y = jax.device_put(y_train[start : start + batch_size], split)
    loss, state = compiled_step(state, x, y)
    loop_losses.append(loss)
loop_losses = np.array(loop_losses)

for group, values in zip(groups, jax.device_get(state), strict=True):
    for variable, value in zip(group, values, strict=True):
        variable.assign(value)

print(f"{len(loop_losses)} steps, mean loss {loop_losses.mean():.4f}")

# %% [markdown]
# The last lines bring the state back into the Keras model, where it can be evaluated and saved.

# %% tags=["test"]
assert len(loop_losses) == train_size // batch_size
assert int(optimizer.iterations.value) == len(loop_losses)
assert np.isfinite(loop_losses).all()
# fit() reports the mean over the first epoch: it trained on the same batches.
assert abs(loop_losses.mean() - history.history["loss"][0]) < 1e-3

# %% [markdown]
# ## Checking against one device {#checking-against-one-device}
#
# The same training once more, on one device, without a distribution:


# %%
single_first_epoch = FirstEpoch()
single = build_model()
single_run = single.fit(x_train, y_train, callbacks=[single_first_epoch], verbose=0, **options)


def largest_difference(ours, theirs):
    return max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))


steps = len(x_train) // batch_size
with_fit = largest_difference(first_epoch.weights, single_first_epoch.weights)
with_loop = largest_difference(loop_model.get_weights(), single_first_epoch.weights)
in_the_end = largest_difference(model.get_weights(), single.get_weights())
print(f"DataParallel and one device, {steps} steps: {with_fit:.0e}")
print(f"the loop and one device, {steps} steps: {with_loop:.0e}")
print(f"DataParallel and one device, {epochs * steps} steps: {in_the_end:.0e}")

# %% [markdown]
# Each number is the largest difference between a weight of one model and the same weight of the
# other. After the first epoch the differences are tiny, but not zero. A sum of floating-point
# numbers depends a little on the order of its terms, and four partial sums are another order. JAX
# promises the same results on any number of devices, up to such rounding. This includes random
# numbers: they belong to the whole array, so even dropout removes the same units.
#
# Later the weights drift apart. Each step builds on the last, and training blows up small
# differences. The two models are then different ones, but equally good, as their losses show. So to
# test a distributed program, compare after few steps. Use a plain optimizer, too: Adam divides by
# the size of the gradient, and rounding errors become large where that is close to zero.

# %% tags=["test"]
assert len(single.layers[0].kernel.value.devices()) == 1
assert with_fit < 1e-3
assert with_loop < 1e-3
assert largest_difference(single_first_epoch.weights, build_model().get_weights()) > 0.01

# %% alt="Training loss over the epochs. The dashed line with crosses of one device runs exactly on top of the solid line with circles of four devices, both falling."
shown_epochs = np.arange(1, epochs + 1)
_, ax = plt.subplots(figsize=(7, 3))
ax.plot(shown_epochs, history.history["loss"], "o-", linewidth=4, alpha=0.4, label="four devices")
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
# go on: weights, the state of the optimizer, and the number of the epoch. It does not hold the
# state of random generators. A resumed training therefore drops out other units than it would have
# done without the accident. That does no harm, but to compare exactly, we leave dropout out here.
#
# Let us have an accident after the first epoch:


# %%
class PowerCut(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise RuntimeError("the power is gone")


def train(callbacks):
    with distribution.scope():
        model = build_model(dropout_rate=0)
        history = model.fit(x_train, y_train, callbacks=callbacks, verbose=0, **options)
    return model, history


undisturbed, _ = train([])
try:
    train([keras.callbacks.BackupAndRestore("backup"), PowerCut()])
except RuntimeError as error:
    print("stopped:", error)
print("left behind:", sorted(os.listdir("backup")))

# %% [markdown]
# The second attempt is the same call. `BackupAndRestore` finds the backup, continues with the
# second epoch, and removes the backup at the end:

# %%
checkpoint = keras.callbacks.ModelCheckpoint("digits.keras")
resumed, resumed_history = train([keras.callbacks.BackupAndRestore("backup"), checkpoint])
print("epochs of the second attempt:", [epoch + 1 for epoch in resumed_history.epoch])
print("backup still there:", os.path.exists("backup"))
difference = largest_difference(resumed.get_weights(), undisturbed.get_weights())
print(f"largest difference to the training without accident: {difference:.1g}")

# %% tags=["test"]
assert resumed_history.epoch == list(range(1, epochs))
assert not os.path.exists("backup")
assert os.path.isfile("digits.keras")
assert difference < 1e-5
assert int(resumed.optimizer.iterations.value) == epochs * (train_size // batch_size)

# %% [markdown]
# A saved file knows nothing of devices. What was trained on four can be loaded on one, outside of
# the scope, or on eight, in the scope of another distribution:

# %%
restored = keras.saving.load_model("digits.keras")
print("devices of its weights:", len(restored.weights[0].value.devices()))

with distribution.scope():
    restored_on_all = keras.saving.load_model("digits.keras")
print("in the scope:", len(restored_on_all.weights[0].value.devices()))

# %% tags=["test"]
assert len(restored.weights[0].value.devices()) == 1
assert len(restored_on_all.weights[0].value.devices()) == num_devices
assert all(map(np.array_equal, restored.get_weights(), resumed.get_weights()))
sample = x_test[:64]
assert np.allclose(restored.predict(sample, verbose=0), resumed(sample), rtol=1e-3, atol=1e-3)

# %% [markdown]
# ## Several hosts and real accelerators {#several-hosts-and-real-accelerators}
#
# A laptop can run none of this, so take it as directions.
#
# **Several GPUs or TPU cores in one machine.** Remove the two lines for the simulation from the
# set-up, `JAX_PLATFORMS` and `XLA_FLAGS`. JAX then finds the accelerators, `DataParallel` takes all
# of them, and the mesh in the loop does too. Raise the batch size. Only now does it get faster, and
# only if each device has enough to do: with a model as small as ours, exchanging the gradients
# would take longer than computing them.
#
# **Feeding them.** A fast device waits if the data come too slowly. Prepare the batches ahead, for
# instance in a `tf.data` pipeline with `prefetch()`, or a `keras.utils.PyDataset` with several
# workers.
#
# **Several hosts.** The same script is started once on each host. It begins with
# `keras.distribution.initialize()`, which is told the address of the first host, how many processes
# there are and which of them this one is, or reads it from environment variables. After that, the
# list of devices comprises those of all hosts, and one program spans them. With several processes,
# Keras gives each its part of a `tf.data.Dataset` by itself. Any other kind of data you split
# yourself, and pass `auto_shard_dataset=False` to the distribution. In a loop of your own,
# `jax.make_array_from_process_local_data` takes the place of `device_put`. Each process runs the
# callbacks: let them write to a folder that is the process's own, which `jax.process_index()` can
# name.
#
# **Models that are too large for one device.** Then the weights must be split, too.
# `keras.distribution.ModelParallel` with a `LayoutMap` does so with a mesh of two axes. The [API
# pages on distribution](https://keras.io/api/distribution/) describe both classes.

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [Writing a training loop in JAX](writing_a_custom_training_loop_in_jax.md) and [a training step
#   of your own for fit()](custom_train_step_in_jax.md), which both go well with what you read here
# - [Training with the built-in methods](training_with_built_in_methods.md) and [the reference of
#   fit()](https://keras.io/api/models/model_training_apis/)
# - [Saving and loading models](serialization_and_saving.md)
# - Other frameworks: [distributed training with
#   TensorFlow](distributed_training_with_tensorflow.md) and [with
#   PyTorch](distributed_training_with_torch.md)
