# ---
# title: Distributed training with PyTorch
# description: Data parallelism over several processes with DistributedDataParallel.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: distribution
# tags: [data-parallelism, checkpoints, pytorch]
# accelerator: none
# backends: [torch]
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
# PyTorch does this with one process for each device. The wrapper `DistributedDataParallel`, DDP for
# short, lets these processes share their gradients. A Keras model on the PyTorch backend is a
# `torch.nn.Module`, so DDP can wrap it. This guide writes a training script for that, starts two
# processes of it, compares the result with a training in one process, and resumes from a
# checkpoint.
#
# **The devices here are simulated.** Both processes compute on the one CPU, so the guide runs on
# any laptop. Nothing gets faster by that: on the contrary, two processes share the same cores, and
# have to talk to each other besides. What it proves is that the program is correct. What to change
# for real GPUs stands [near the end](#several-hosts-and-real-accelerators).

# %% [markdown]
# ## Setup {#setup}
#
# Keras would take a GPU if it found one. For the simulation we want the CPU.

# %%
import os

os.environ["KERAS_BACKEND"] = "torch"

# For the simulation only: leave GPUs alone.
os.environ["KERAS_TORCH_DEVICE"] = "cpu"

import inspect
import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import torch

import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

# %% tags=["test"]
assert keras.backend.backend() == "torch"

# %% [markdown]
# ## The devices {#the-devices}
#
# The processes of one job form a *group*. The number of processes is the *world size*, and each has
# a *rank*, counted from 0. Rank 0 usually does what is to be done only once, such as saving.
#
# A library carries the messages between them: NCCL between NVIDIA GPUs, Gloo between CPUs. Gloo is
# part of the usual builds of PyTorch:

# %%
print("Gloo available:", dist.is_gloo_available())

world_size = 2
print("processes:", world_size)

# %% tags=["test"]
assert dist.is_gloo_available()
assert not dist.is_initialized()
assert str(keras.ops.zeros(1).device) == "cpu"

# %% [markdown]
# ## The data and the model {#the-data-and-the-model}
#
# We train on the first 12,288 digits of MNIST, which are 96 batches of 128. `batch_size` is the
# *global* batch size: what all processes work on together in one step.

# %% tags=["parameters"]
train_size = 12_288
batch_size = 128
epochs = 4

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:train_size, ..., np.newaxis].astype("float32") / 255
x_test = x_test[:2048, ..., np.newaxis].astype("float32") / 255
y_train, y_test = y_train[:train_size].astype("int64"), y_test[:2048].astype("int64")

per_process = batch_size // world_size
print(f"{len(x_train) // batch_size} batches of {batch_size}, {per_process} images per process")

# %% [markdown]
# The model is a small convolutional network.
# [`compile()`](https://keras.io/api/models/model_training_apis/) gives it its optimizer. The loss
# and the metrics are for `evaluate()`, which we use at the end. `build()` makes the variables of
# the optimizer now, rather than at the first step, so that they are saved along with the model.

# %%
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
optimizer.build(model.trainable_variables)

# %% [markdown]
# The processes to come share no memory with this notebook. What they need, they read from files:
# the training data, and the untrained model.

# %%
np.savez("digits.npz", x=x_train, y=y_train)
model.save("untrained.keras")

# %% tags=["test"]
assert model.count_params() == 16_330
assert isinstance(model, torch.nn.Module)
assert train_size % batch_size == batch_size % world_size == 0
assert len(list(model.parameters())) == len(model.trainable_variables) == 6

# %% [markdown]
# ## Data parallelism {#data-parallelism}
#
# One step of the training goes like this:
#
# 1. The global batch is split into equal parts, one for each process.
# 2. Each process computes the gradient of the loss on its own part, with its own copy of the
#    weights.
# 3. The processes exchange their gradients, and each ends up with the mean of them all. This
#    exchange is called *all-reduce*. DDP does it during `backward()`.
# 4. Each process changes its weights by the same mean gradient. The copies were equal before the
#    step, and they are equal after it.
#
# The loss is a mean over images. As the parts have equal sizes, the mean of their gradients is the
# gradient of the whole batch. So the step is the one that a single process would take.
#
# Step 1 is up to you: DDP does not touch the data. A `DistributedSampler` in each process deals out
# the images like cards. It shuffles with a seed, which is the same everywhere, and takes every
# second one of the shuffled images, beginning with its own rank. Every loader makes batches of half
# the global size. So the next two batches, one in each process, are together the next global batch.
# A sampler needs no group, so we can look at both of them in this notebook:


# %%
def make_loader(rank, world_size, batch_size):
    """Make a loader for one process's share of the training data, and its sampler."""
    data = np.load("digits.npz")
    dataset = TensorDataset(torch.from_numpy(data["x"]), torch.from_numpy(data["y"]))
    sampler = DistributedSampler(dataset, world_size, rank, shuffle=True, seed=2026)
    return DataLoader(dataset, batch_size=batch_size // world_size, sampler=sampler), sampler


parts = []
for rank in range(world_size):
    loader, sampler = make_loader(rank, world_size, batch_size)
    images, labels = next(iter(loader))
    parts.append(images.numpy())
    print(f"rank {rank}: {len(loader)} batches of {len(images)}, images {list(sampler)[:4]} ...")

# %% tags=["test"]
orders = [list(make_loader(rank, world_size, batch_size)[1]) for rank in range(world_size)]
assert sorted(orders[0] + orders[1]) == list(range(train_size))
whole_order = list(make_loader(0, 1, batch_size)[1])
assert whole_order[0::2] == orders[0]
assert whole_order[1::2] == orders[1]
assert [len(part) for part in parts] == [per_process] * world_size
assert np.array_equal(parts[1], x_train[orders[1][:per_process]])


# %% alt="Two rows, one for each process. Each row begins with six handwritten digits, the start of that process's part of the batch. An arrow leads to a box saying that the process computes its gradient, and from both boxes arrows lead to one box, the mean gradient, the same in every process."
def draw_step(parts, names):
    """Draw one row for each replica: its images, its gradient; and the mean of them all."""
    _, ax = plt.subplots(figsize=(7, 3))
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": "black"}
    middle = len(parts) / 2
    for row, (part, name) in enumerate(zip(parts, names, strict=True)):
        y = len(parts) - row - 0.5
        digits = np.concatenate(list(part[:6, ..., 0]), axis=1)
        ax.imshow(digits, cmap="gray_r", extent=(0, 4, y - 0.25, y + 0.25), aspect="auto")
        ax.text(2, y - 0.4, f"{len(part)} images", ha="center", fontsize=8)
        ax.annotate("", xy=(4.8, y), xytext=(4.1, y), arrowprops={"arrowstyle": "->"})
        ax.text(5.8, y, f"{name}\ngradient {row}", ha="center", va="center", bbox=box)
        ax.annotate("", xy=(8.1, middle), xytext=(6.8, y), arrowprops={"arrowstyle": "->"})
    ax.text(9, middle, "mean\ngradient,\nsame step\neverywhere", ha="center", va="center", bbox=box)
    ax.set(xlim=(-0.2, 10), ylim=(-0.1, len(parts) + 0.1), title="One step over one global batch")
    ax.axis("off")
    plt.show()


draw_step(parts, [f"process {rank}" for rank in range(world_size)])

# %% [markdown]
# ## Training {#training}
#
# `fit()` knows nothing of the other processes on this backend, so we write [a training
# loop](writing_a_custom_training_loop_in_torch.md). One epoch of it looks as on a single device.
# The one difference is that the batch goes through `network`. That will be the wrapper, which
# notices what is computed and exchanges the gradients as soon as `backward()` has them.


# %%
def train_epoch(network, model, loader):
    """Train for one epoch; return the mean loss. `network` is the model or its wrapper."""
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    losses = []
    for images, labels in loader:
        loss = loss_fn(labels, network(images, training=True))
        model.zero_grad()
        loss.backward()
        gradients = [variable.value.grad for variable in model.trainable_variables]
        with torch.no_grad():
            model.optimizer.apply(gradients, model.trainable_variables)
        losses.append(loss.item())
    return sum(losses) / len(losses)


# %% [markdown]
# And this is what each process does. It joins the group, loads the model, and wraps it. On
# wrapping, DDP sends the weights of rank 0 to all, so that they begin equal. Each epoch ends with
# an all-reduce of our own: the loss of a process covers its own images only, and we want the mean
# over all.
#
# Only rank 0 saves and prints. It saves under another name first and then renames: if the process
# is killed while it writes, half a file is left, but under a name that is not taken for a
# checkpoint. At the end, each process writes down its losses and weights for the notebook.


# %%
def run_process(job):
    """Train in one process of the group."""
    rank, world_size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    dist.init_process_group(
        "gloo",
        init_method=os.environ.get("RENDEZVOUS", "env://"),
        rank=rank,
        world_size=world_size,
        timeout=timedelta(minutes=2),
    )
    loader, sampler = make_loader(rank, world_size, job["batch_size"])
    model = keras.saving.load_model("untrained.keras")
    if job["resume_from"]:
        model.load_weights(job["resume_from"])
    network = DistributedDataParallel(model)

    losses = []
    steps_done = int(keras.ops.convert_to_numpy(model.optimizer.iterations))
    for epoch in range(steps_done // len(loader), job["epochs"]):
        sampler.set_epoch(epoch)
        mean_loss = torch.tensor(train_epoch(network, model, loader)) / world_size
        dist.all_reduce(mean_loss)
        losses.append(mean_loss.item())
        if rank == 0:
            model.save_weights("unfinished.weights.h5")
            os.replace("unfinished.weights.h5", f"epoch_{epoch + 1}.weights.h5")
            print(f"epoch {epoch + 1}, loss {mean_loss.item():.4f}", flush=True)

    np.savez(f"report_{rank}.npz", *model.get_weights(), losses=losses)
    dist.barrier()
    dist.destroy_process_group()


# %% [markdown]
# `sampler.set_epoch()` is easily forgotten. Without it, every epoch uses the same order.
#
# New processes cannot see the functions of a notebook. They need a file to run. We could have typed
# all of it into an editor. Here, `inspect.getsource` collects the functions from the cells above,
# and a few lines go around them:

# %%
script_head = '''"""Train in one process of a group."""

import json
import os
import sys
from datetime import timedelta

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler
'''
script_foot = """
if __name__ == "__main__":
    run_process(json.loads(sys.argv[1]))
"""
functions = [inspect.getsource(function) for function in (make_loader, train_epoch, run_process)]
script = "\n\n".join([script_head, *functions, script_foot])
Path("train_digits.py").write_text(script)
print(len(script.splitlines()), "lines in train_digits.py")

# %% [markdown]
# On a machine with GPUs, PyTorch's own launcher `torchrun` would start this script. We start it
# ourselves, to see what a launcher does:
#
# - Each process gets its rank and the world size in environment variables, as from `torchrun`.
# - They must find each other. They meet through a file that they all can open. It must be a new one
#   for each job. `torchrun` uses a network port instead, which another program may already be
#   using.
# - Gloo is told to use the loopback interface, whose traffic never leaves the machine.
# - What the processes print goes to files, or their lines would mix. The launcher shows those of
#   rank 0.
# - When one process fails, the others would wait for it. The launcher ends them. It also does so
#   when the notebook's cell is interrupted, so no process is left behind.


# %%
def launch(script, world_size, job):
    """Run a script in several processes; return what rank 0 printed."""
    loopback = "lo0" if sys.platform == "darwin" else "lo"
    with tempfile.TemporaryDirectory() as folder:
        shared = {
            "WORLD_SIZE": str(world_size),
            "RENDEZVOUS": Path(folder, "rendezvous").as_uri(),
            "GLOO_SOCKET_IFNAME": loopback,
            "OMP_NUM_THREADS": "1",
        }
        processes = []
        try:
            for rank in range(world_size):
                output, errors = Path(folder, f"out_{rank}"), Path(folder, f"err_{rank}")
                with output.open("w") as out, errors.open("w") as err:
                    process = subprocess.Popen(
                        [sys.executable, script, json.dumps(job)],
                        env={**os.environ, **shared, "RANK": str(rank)},
                        stdout=out,
                        stderr=err,
                    )
                processes.append(process)
            while any(process.poll() is None for process in processes):
                if any(process.poll() for process in processes):
                    break
                time.sleep(0.05)
        finally:
            codes = [process.poll() for process in processes]
            for process in processes:
                process.kill()
                process.wait()
        if any(code != 0 for code in codes):
            said = [Path(folder, f"err_{rank}").read_text()[-2000:] for rank in range(world_size)]
            raise RuntimeError("\n".join(["a process failed, and the others were ended", *said]))
        return Path(folder, "out_0").read_text()


job = {"batch_size": batch_size, "epochs": epochs, "resume_from": None}
print(launch("train_digits.py", world_size, job), end="")

# %% [markdown]
# The reports tell whether the processes agree. They have each seen one half of the images, and yet:

# %%
reports = [dict(np.load(f"report_{rank}.npz")) for rank in range(world_size)]
names = [name for name in reports[0] if name.startswith("arr_")]
agree = all(np.array_equal(reports[0][name], reports[1][name]) for name in names)
print(f"{len(names)} arrays of weights, the same in both processes: {agree}")

# %% tags=["test"]
assert len(names) == len(model.get_weights())
assert agree
assert len(reports[0]["losses"]) == epochs
assert np.array_equal(reports[0]["losses"], reports[1]["losses"])
assert reports[0]["losses"][-1] < reports[0]["losses"][0]
assert all(os.path.isfile(f"epoch_{n}.weights.h5") for n in range(1, epochs + 1))
assert not os.path.exists("unfinished.weights.h5")

# %% [markdown]
# The notebook's own model is still untrained. It takes the trained weights, and works as usual:

# %%
model.set_weights([reports[0][name] for name in names])
test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy: {test_accuracy:.3f}")

# %% tags=["test", "full"]
if len(x_train) == 12_288:
    assert test_accuracy > 0.9

# %% [markdown]
# ## Checking against one device {#checking-against-one-device}
#
# The same training once more, in this process alone. `train_epoch` gets the model itself. With a
# world size of 1, the loader hands out the global batches whole:


# %%
def largest_difference(one, other):
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return max(np.abs(a - b).max() for a, b in pairs)


single = keras.saving.load_model("untrained.keras")
after_first_epoch = keras.saving.load_model("untrained.keras")
after_first_epoch.load_weights("epoch_1.weights.h5")
loader, sampler = make_loader(0, 1, batch_size)

single_losses = []
for epoch in range(epochs):
    sampler.set_epoch(epoch)
    single_losses.append(train_epoch(single, single, loader))
    if epoch == 0:
        difference = largest_difference(after_first_epoch, single)
        print(f"largest difference of a weight after {len(loader)} steps: {difference:.0e}")

steps = epochs * len(loader)
print(f"after {steps} steps: {largest_difference(model, single):.0e}")

# %% [markdown]
# After the first epoch the difference is tiny, but not zero. A sum of floating-point numbers
# depends a little on the order of its terms, and two partial sums are another order.
#
# Later the weights drift apart. Each step builds on the last, and training blows up small
# differences. The two models are then different ones, but equally good, as their losses show. So to
# test a distributed program, compare after few steps. Use a plain optimizer, too: Adam divides by
# the size of the gradient, and rounding errors become large where that is close to zero.
#
# Some layers do not compute the same in two processes as in one, by their nature. `Dropout` draws
# random numbers for the process's own part, rather than for the whole batch, and
# `BatchNormalization` takes the mean and the variance of that part only. Leave such layers out of a
# test like this one.

# %% tags=["test"]
assert steps == epochs * (train_size // batch_size)
assert keras.ops.convert_to_numpy(single.optimizer.iterations) == steps
assert difference < 1e-3
untrained = keras.saving.load_model("untrained.keras")
assert largest_difference(after_first_epoch, untrained) > 0.01

# %% alt="Training loss over the epochs. The dashed line with crosses of one process runs exactly on top of the solid line with circles of two processes, both falling."
shown_epochs = np.arange(1, epochs + 1)
_, ax = plt.subplots(figsize=(7, 3))
ax.plot(shown_epochs, reports[0]["losses"], "o-", linewidth=4, alpha=0.4, label="two processes")
ax.plot(shown_epochs, single_losses, "x--", color="black", label="one process")
ax.set(xlabel="epoch", ylabel="training loss", title="The same training in one process and in two")
ax.set_xticks(shown_epochs)
ax.legend()
plt.show()

# %% tags=["test"]
assert np.allclose(reports[0]["losses"], single_losses, rtol=0.1)

# %% [markdown]
# ## Checkpoints and fault tolerance {#fault-tolerance}
#
# The more machines take part, the more often one of them fails. Two things matter then: the job
# must end rather than hang, and it must be able to go on later.
#
# For the first, a job with an accident. Its rank 1 fails at once, while rank 0 waits for ten
# minutes:

# %%
Path("accident.py").write_text("""
import os, time

if os.environ["RANK"] == "1":
    raise SystemExit("out of memory")
time.sleep(600)
""")

try:
    launch("accident.py", world_size, job=None)
except RuntimeError as error:
    message = str(error)
    print("stopped:", ": ".join(line for line in message.splitlines() if line))

# %% tags=["test"]
assert "out of memory" in message
assert "a process failed" in message

# %% [markdown]
# For the second, there are the checkpoints. `save_weights()` of a compiled Keras model stores the
# weights and the state of its optimizer, here the momentum and the number of steps. From the
# latter, `run_process` computes the epoch to go on with.
#
# Suppose that the machine had stopped after the first epoch. We start the job again from that
# checkpoint. Every process loads the file, for DDP sends the weights around, but not the state of
# the optimizer.

# %%
resumed_job = {**job, "resume_from": "epoch_1.weights.h5"}
print(launch("train_digits.py", world_size, resumed_job), end="")

resumed_report = np.load("report_0.npz")
resumed = keras.saving.load_model("untrained.keras")
resumed.set_weights([resumed_report[name] for name in names])
print(f"largest difference of a weight: {largest_difference(resumed, model):.1g}")

# %% [markdown]
# The resumed training ends where the undisturbed one did. The seed of the sampler and the number of
# the epoch determine the order of the images, so it has seen the same batches.

# %% tags=["test"]
assert len(resumed_report["losses"]) == epochs - 1
assert np.allclose(resumed_report["losses"], reports[0]["losses"][1:], atol=1e-4)
assert largest_difference(resumed, model) < 1e-4
from_checkpoint = keras.saving.load_model("untrained.keras")
from_checkpoint.load_weights(f"epoch_{epochs}.weights.h5")
assert largest_difference(from_checkpoint, resumed) == 0
assert keras.ops.convert_to_numpy(from_checkpoint.optimizer.iterations) == steps

# %% [markdown]
# ## Several hosts and real accelerators {#several-hosts-and-real-accelerators}
#
# A laptop can run none of this, so take it as directions.
#
# **Several GPUs in one machine.** Take `train_digits.py`, change it as below, and start it with
# `torchrun --nproc-per-node=4 train_digits.py '{"batch_size": 512, ...}'`. It sets `RANK`,
# `WORLD_SIZE` and also `LOCAL_RANK`, the number of the process within its machine. As `RENDEZVOUS`
# is not set, the script falls back to `env://`, which is what `torchrun` expects. Three changes are
# needed:
#
# - Each process uses a GPU of its own. At its very top, before it imports Keras, the script sets
#   `os.environ["CUDA_VISIBLE_DEVICES"] = os.environ["LOCAL_RANK"]`, and so sees one GPU only. Of
#   course, `KERAS_TORCH_DEVICE` must not say `"cpu"` any more.
# - `init_process_group()` gets `"nccl"` instead of `"gloo"`.
# - `mean_loss` is made with `device="cuda"`, as NCCL carries only tensors on a GPU. The batches
#   need no change: Keras copies them to the GPU by itself.
#
# Raise the batch size with the number of GPUs, and the learning rate along with it. Only now does
# it get faster, and only if each GPU has enough to do: with a model as small as ours, exchanging
# the gradients would take longer than computing them. DDP overlaps the two where it can.
#
# **Feeding them.** Every process loads its own data. Give the `DataLoader` several workers, and
# `pin_memory=True` for GPUs. If the number of images is not a multiple of the world size,
# `DistributedSampler` repeats a few, or leaves them out with `drop_last=True`.
#
# **Several hosts.** `torchrun` runs once on every host, with `--nnodes` and an address where they
# meet. It can also start the processes again after a failure. Your script then has to find the
# newest checkpoint by itself. Save in rank 0 only, and to a place that all hosts can read.
#
# **Models that are too large for one device.** DDP needs room for the whole model on each. PyTorch
# can also split the weights (FSDP). We have not tried that with Keras models. To split a Keras
# model, use `keras.distribution.ModelParallel` on [the JAX
# backend](distributed_training_with_jax.md).

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [A training loop in PyTorch](writing_a_custom_training_loop_in_torch.md), with metrics and
#   validation; and [a training step of your own for fit()](custom_train_step_in_torch.md)
# - [Saving and loading models](serialization_and_saving.md), and [its
#   reference](https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/)
# - [The reference of Keras' optimizers](https://keras.io/api/optimizers/)
# - [PyTorch on DistributedDataParallel](https://pytorch.org/docs/stable/notes/ddp.html)
# - Other frameworks: [distributed training with JAX](distributed_training_with_jax.md) and [with
#   TensorFlow](distributed_training_with_tensorflow.md)
