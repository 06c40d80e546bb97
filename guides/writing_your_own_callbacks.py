# ---
# title: Writing your own callbacks
# description: Hook into fit, evaluate and predict to record, steer and stop them, on any backend.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: training
# tags: [callbacks, training, evaluation, checkpoints]
# accelerator: none
# backends: [jax, tensorflow, torch]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {epochs: 8}
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
# `fit()`, `evaluate()` and `predict()` run their loops out of your sight. A *callback* is an object
# that is told about every step of such a loop, and may act: record something, save a file, change
# the learning rate, end the training. Checkpoints, early stopping and even the progress bar are made
# in this way. The [guide to training](training_with_built_in_methods.md) uses some of the
# callbacks that come with Keras. This one shows how to write them.
#
# ## Setup {#setup}
#
# The code runs on JAX, TensorFlow and PyTorch. Change the string to choose one. The data are digits
# from MNIST, so few of them that a model soon knows them by heart: overfitting gives the callbacks
# something to do.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

os.environ["KERAS_BACKEND"] = "jax"

import keras

(x_train, y_train), (x_val, y_val) = keras.datasets.mnist.load_data()
x_train, y_train = x_train[:1000].reshape(-1, 784).astype("float32") / 255, y_train[:1000]
x_val, y_val = x_val[:1000].reshape(-1, 784).astype("float32") / 255, y_val[:1000]


def digit_model():
    keras.utils.set_random_seed(5)  # every model of this guide starts from the same weights
    inputs = keras.Input(shape=(784,))
    hidden = keras.layers.Dense(128, activation="relu")(inputs)
    net = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(hidden))
    optimizer = keras.optimizers.Adam(learning_rate=3e-3)
    net.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return net


# %% tags=["parameters"]
epochs = 30

# %% [markdown]
# ## The hooks, and when they run {#the-hooks-and-when-they-run}
#
# A callback is a subclass of
# [`keras.callbacks.Callback`](https://keras.io/api/callbacks/base_callback/). It overrides the
# methods that interest it, and inherits the others, which do nothing. There are fourteen (and two
# old aliases, which you can forget):
#
# | | at the beginning | at the end |
# | --- | --- | --- |
# | the whole of `fit()` | `on_train_begin(logs)` | `on_train_end(logs)` |
# | the whole of `evaluate()`, or a validation | `on_test_begin(logs)` | `on_test_end(logs)` |
# | the whole of `predict()` | `on_predict_begin(logs)` | `on_predict_end(logs)` |
# | an epoch of `fit()` | `on_epoch_begin(epoch, logs)` | `on_epoch_end(epoch, logs)` |
# | a batch of training | `on_train_batch_begin(batch, logs)` | `on_train_batch_end(batch, logs)` |
# | a batch of `evaluate()` or validation | `on_test_batch_begin(batch, logs)` | `on_test_batch_end(batch, logs)` |
# | a batch of `predict()` | `on_predict_batch_begin(batch, logs)` | `on_predict_batch_end(batch, logs)` |
#
# `epoch` and `batch` count from 0, and `batch` begins again in every epoch. `logs` is a dictionary.
#
# The best way to learn the order is to look. This callback overrides all fourteen. It writes down
# each call, with the names in `logs`, and indents what happens between a beginning and an end.


# %%
class Recorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.lines, self.depth = [], 0

    def begin(self, what):
        self.lines.append("    " * self.depth + f"{what} begins")
        self.depth += 1

    def end(self, what, logs):
        self.depth -= 1
        names = ", ".join(logs or []) or "nothing"
        self.lines.append("    " * self.depth + f"{what} ends; logs: {names}")

    def on_train_begin(self, logs=None):
        self.begin("training")

    def on_train_end(self, logs=None):
        self.end("training", logs)

    def on_test_begin(self, logs=None):
        self.begin("test")

    def on_test_end(self, logs=None):
        self.end("test", logs)

    def on_predict_begin(self, logs=None):
        self.begin("prediction")

    def on_predict_end(self, logs=None):
        self.end("prediction", logs)

    def on_epoch_begin(self, epoch, logs=None):
        self.begin(f"epoch {epoch}")

    def on_epoch_end(self, epoch, logs=None):
        self.end(f"epoch {epoch}", logs)

    def on_train_batch_begin(self, batch, logs=None):
        self.begin(f"training batch {batch}")

    def on_train_batch_end(self, batch, logs=None):
        self.end(f"training batch {batch}", logs)

    def on_test_batch_begin(self, batch, logs=None):
        self.begin(f"test batch {batch}")

    def on_test_batch_end(self, batch, logs=None):
        self.end(f"test batch {batch}", logs)

    def on_predict_batch_begin(self, batch, logs=None):
        self.begin(f"prediction batch {batch}")

    def on_predict_batch_end(self, batch, logs=None):
        self.end(f"prediction batch {batch}", logs)


# %% [markdown]
# Here is one epoch of two batches, with a single batch for validation. Callbacks go to `fit()` as a
# list.

# %%
model = digit_model()
recorder = Recorder()
model.fit(
    x_train[:128],
    y_train[:128],
    batch_size=64,
    validation_data=(x_val[:64], y_val[:64]),
    callbacks=[recorder],
    verbose=0,
)
print("\n".join(recorder.lines))

# %% [markdown]
# The validation is a test inside the epoch: the test hooks run, and the epoch ends afterwards. So
# `on_epoch_end()` also gets the results of the validation, under names that begin with `val_`.
#
# `evaluate()` and `predict()` take callbacks in the same way. `predict()` has no loss to report.
# For a model with one output, it hands the predictions of each batch over, as a NumPy array named
# `outputs`:

# %%
using = Recorder()
model.evaluate(x_val[:64], y_val[:64], batch_size=64, callbacks=[using], verbose=0)
model.predict(x_val[:128], batch_size=64, callbacks=[using], verbose=0)
print("\n".join(using.lines))

# %% tags=["test"]
assert recorder.depth == using.depth == 0
assert len(recorder.lines) == 2 * (1 + 1 + 2 + 1 + 1)
order = [line.strip().split(";")[0] for line in recorder.lines]
assert order[:4] == ["training begins", "epoch 0 begins", "training batch 0 begins", "training batch 0 ends"]
assert order.index("test ends") < order.index("epoch 0 ends")
assert recorder.lines[-2].endswith("logs: accuracy, loss, val_accuracy, val_loss")
assert using.lines[-2].strip() == "prediction batch 1 ends; logs: outputs"

# %% [markdown]
# ## What is in the logs {#what-is-in-the-logs}
#
# At the end of a batch of training or testing, `logs` has the loss and the metrics of `compile()`,
# as plain Python numbers. One thing surprises many: they are not those of this batch alone. Keras
# shows their values *over all batches so far* in the epoch or the test; for the loss, that is the
# average. To get the loss of one batch, take the difference of two running totals. That is what
# this callback does:


# %%
class BatchLosses(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.averages, self.singles = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.total = 0.0

    def on_train_batch_end(self, batch, logs=None):
        # As many times the average as there were batches; all are of the same size here.
        total = logs["loss"] * (batch + 1)
        self.averages.append(logs["loss"])
        self.singles.append(total - self.total)
        self.total = total


losses = BatchLosses()
model = digit_model()
history = model.fit(x_train, y_train, batch_size=40, epochs=3, callbacks=[losses], verbose=0)

# %% tags=["varies"] alt="The loss over 75 batches, in three epochs. The loss of single batches jumps up and down while it falls. The average is a smooth line that starts afresh at each epoch."
plt.figure(figsize=(7, 3.2), layout="constrained")
plt.plot(losses.singles, ".:", label="this batch alone")
plt.plot(losses.averages, "-", label='logs["loss"]: average of the epoch so far')
for boundary in (24.5, 49.5):
    plt.axvline(boundary, color="grey", linestyle="--", linewidth=1)
plt.gca().set(title="Two ways to see the loss", xlabel="batch, through 3 epochs", ylabel="loss")
plt.legend()
plt.show()

# %% [markdown]
# The dashed lines separate the epochs. The average after the last batch is the loss of the epoch,
# the one that `fit()` returns.

# %% tags=["test"]
assert len(losses.averages) == len(losses.singles) == 75
assert np.allclose(losses.averages[24::25], history.history["loss"], atol=1e-4)
singles = np.array(losses.singles).reshape(3, 25)
assert np.allclose(singles.mean(axis=1), history.history["loss"], atol=1e-4)
assert np.allclose(singles[:, 0], losses.averages[::25])
assert np.std(singles[2]) > np.std(losses.averages[60:75])

# %% [markdown]
# ## What a callback can reach {#what-a-callback-can-reach}
#
# Keras gives every callback two attributes before the loop begins. `self.params` is a dictionary
# with the number of `epochs`, the number of `steps` in each (`None` where Keras cannot know it, as
# with a generator), and `verbose`. `self.model` is the model, and with it everything you may want
# to look at or to change: weights, optimizer, layers. At the end of an epoch, a callback may well
# call `self.model.predict()` to see what has been learned.
#
# The simplest way to steer is `self.model.stop_training = True`. Keras looks at this flag after
# every batch (with `steps_per_execution=n`, after every `n` batches) and after every epoch; `fit()`
# sets it to `False` when it begins. Here, a budget of steps ends the training, wherever that may
# be. For `evaluate()` and `predict()` there are `stop_evaluating` and `stop_predicting`.


# %%
class StepBudget(keras.callbacks.Callback):
    def __init__(self, max_steps):
        super().__init__()
        self.max_steps = max_steps

    def on_train_begin(self, logs=None):
        self.steps = 0
        planned = self.params["epochs"] * self.params["steps"]
        print(f"{planned} steps are planned, {self.max_steps} are allowed")

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps == self.max_steps:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        print(f"epoch {epoch + 1} ends after {self.steps} steps in all")


budget = StepBudget(60)
model = digit_model()
history = model.fit(x_train, y_train, batch_size=40, epochs=10, callbacks=[budget], verbose=0)

# %% [markdown]
# The third epoch was cut short, but it ended properly: its `on_epoch_end()` ran, and so would its
# validation. Note also that the counter is set in `on_train_begin()`, so that the same object can
# serve for a second training.
#
# On JAX, the weights live outside the model while an epoch runs. Asking for `self.model` brings
# them back, which takes time. In a batch hook, ask for it only when you need it, as `StepBudget`
# does. And never use, in a batch hook, a model that you kept in another variable: its weights may
# be gone, or out of date.

# %% tags=["test"]
assert model.optimizer.iterations == budget.steps == 60
assert history.epoch == [0, 1, 2]
assert model.stop_training
assert budget.params["steps"] == 25
looks = []
look = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: looks.append(budget.model.predict(x_val[:40], verbose=0))
)
model.fit(x_train[:80], y_train[:80], batch_size=40, epochs=2, callbacks=[look], verbose=0)
assert np.allclose(looks[-1], model.predict(x_val[:40], verbose=0), atol=1e-3)
assert not np.allclose(looks[0], looks[1], atol=1e-5)

# %% [markdown]
# ## Early stopping at the minimum {#early-stopping-at-the-minimum}
#
# Now something useful. When a model begins to learn its training data by heart, the validation loss
# passes a minimum and rises again. We want the weights of the minimum. That an epoch was the
# minimum shows only some epochs later, so the callback keeps a copy of the best weights. After
# `patience` epochs without a better one it stops. At the end of the training it puts the copy back.
# With too little patience it may take the first small dip for the minimum. It needs validation
# data: without them, `logs` has no `val_loss`.


# %%
class StopAfterMinimum(keras.callbacks.Callback):
    def __init__(self, patience=5):
        super().__init__()
        self.patience = patience

    def on_train_begin(self, logs=None):
        self.best_loss, self.best_epoch, self.best_weights = np.inf, -1, None

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.best_loss:
            self.best_loss, self.best_epoch = logs["val_loss"], epoch
            self.best_weights = self.model.get_weights()  # copies, as NumPy arrays
        elif epoch - self.best_epoch >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)


# %% [markdown]
# Two trainings from the same weights show what it does, one without and one with the callback.

# %%
validation = (x_val, y_val)
settings = {"batch_size": 40, "epochs": epochs, "validation_data": validation, "verbose": 0}

overfitted = digit_model()
full_run = overfitted.fit(x_train, y_train, **settings)

stopper = StopAfterMinimum(patience=5)
stopped = digit_model()
short_run = stopped.fit(x_train, y_train, callbacks=[stopper], **settings)

# %% tags=["varies"] alt="Training and validation loss against the epoch, without the callback. The training loss falls towards zero, the validation loss passes a minimum and rises. A star marks the epoch whose weights were kept, a dashed line the epoch at which the callback stopped."
plt.figure(figsize=(7, 3.2), layout="constrained")
numbers = np.arange(1, epochs + 1)
plt.plot(numbers, full_run.history["loss"], ":", label="training")
plt.plot(numbers, full_run.history["val_loss"], "-", label="validation")
plt.plot(stopper.best_epoch + 1, stopper.best_loss, "*", markersize=14, label="kept")
plt.axvline(len(short_run.epoch), color="grey", linestyle="--", label="stopped")
plt.gca().set(title="Early stopping", xlabel="epoch", ylabel="loss")
plt.legend()
plt.show()

loss_overfitted, _ = overfitted.evaluate(x_val, y_val, verbose=0)
loss_stopped, _ = stopped.evaluate(x_val, y_val, verbose=0)
print(f"validation loss after {epochs} epochs: {loss_overfitted:.3f}")
print(f"validation loss with the callback: {loss_stopped:.3f}")

# %% tags=["test"]
assert np.isclose(stopper.best_loss, min(short_run.history["val_loss"]), atol=1e-6)
assert np.isclose(loss_stopped, stopper.best_loss, atol=1e-3)
assert len(short_run.epoch) in (epochs, stopper.best_epoch + 1 + stopper.patience)

# %% tags=["test", "full"]
if epochs == 30:
    assert len(short_run.epoch) < epochs
    assert full_run.history["loss"][-1] < 0.1 < loss_stopped < loss_overfitted

# %% [markdown]
# Keras has this one ready: [`EarlyStopping`](https://keras.io/api/callbacks/early_stopping/), with
# `patience=5` and `restore_best_weights=True`.
#
# ## A learning-rate schedule {#a-learning-rate-schedule}
#
# An optimizer made with a number keeps its learning rate in a variable. Assign a number to
# `self.model.optimizer.learning_rate`, and the next step uses it, on every backend and without
# compiling anything again. To read it, convert it to a float, because it is a variable. An
# optimizer made with a schedule object refuses a number.
#
# Our schedule restarts: the rate falls from epoch to epoch, and jumps back to the top after every
# fourth. What a callback adds to `logs` at the end of an epoch appears in the history, so the rate is
# recorded, too.


# %%
class RestartingRate(keras.callbacks.Callback):
    def __init__(self, top=4e-3, factor=0.4, period=4):
        super().__init__()
        self.top, self.factor, self.period = top, factor, period

    def on_epoch_begin(self, epoch, logs=None):
        rate = self.top * self.factor ** (epoch % self.period)
        self.model.optimizer.learning_rate = rate

    def on_epoch_end(self, epoch, logs=None):
        rate = self.model.optimizer.learning_rate
        logs["learning_rate"] = float(keras.ops.convert_to_numpy(rate))


model = digit_model()
cycles = model.fit(x_train, y_train, 40, epochs=8, callbacks=[RestartingRate()], verbose=0)

# %% tags=["varies"] alt="Two panels against the epoch, from 1 to 8. Above, the learning rate on a logarithmic scale: it falls from 0.004 over four epochs, and does so again from epoch 5 on. Below, the training loss, which falls."
figure, (top, bottom) = plt.subplots(2, 1, figsize=(7, 4), sharex=True, layout="constrained")
top.semilogy(range(1, 9), cycles.history["learning_rate"], "s-")
top.set(title="The rate restarts after four epochs", ylabel="learning rate")
bottom.semilogy(range(1, 9), cycles.history["loss"], "o-")
bottom.set(xlabel="epoch", ylabel="training loss")
plt.show()

# %% tags=["test"]
rates = cycles.history["learning_rate"]
assert np.allclose(rates[:4], [4e-3, 1.6e-3, 6.4e-4, 2.56e-4])
assert np.allclose(rates[4:], rates[:4])
assert cycles.history["loss"][-1] < cycles.history["loss"][0]

# %% [markdown]
# For a plain function of the epoch, Keras has
# [`LearningRateScheduler`](https://keras.io/api/callbacks/learning_rate_scheduler/). To change the
# rate within an epoch, use `on_train_batch_begin()`. On JAX this costs time in every batch, because
# it asks for `self.model`; a schedule object in the optimizer does not.
#
# ## Good habits {#good-habits}
#
# - Call `super().__init__()`, and reset the state in `on_train_begin()`.
# - Give every hook the parameter `logs=None`, and `epoch` or `batch` where they belong.
# - Pass callbacks as a list, even a single one. They run in the order of the list. On JAX and
#   PyTorch, the `…_batch_end()` hooks of one that is not in a list may run late, in another thread.
# - Do little in batch hooks. They run thousands of times. With `steps_per_execution=n` in
#   `compile()`, they run once for `n` batches.
# - For a single line, [`LambdaCallback`](https://keras.io/api/callbacks/lambda_callback/) saves you
#   the class: `LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))`.
#
# ## Where to go next {#where-to-go-next}
#
# - [Training and evaluation with the built-in methods](training_with_built_in_methods.md) shows
#   the methods that callbacks hook into.
# - [Saving and loading models](serialization_and_saving.md) helps with callbacks that write
#   checkpoints.
# - If you write the loop yourself, in [JAX](writing_a_custom_training_loop_in_jax.md),
#   [TensorFlow](writing_a_custom_training_loop_in_tensorflow.md) or
#   [PyTorch](writing_a_custom_training_loop_in_torch.md), you need no callbacks: act where you are.
