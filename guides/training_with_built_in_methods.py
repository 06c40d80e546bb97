# ---
# title: Training and evaluation with the built-in methods
# description: What compile, fit, evaluate and predict can do, with losses, metrics and data of your own.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: training
# tags: [training, evaluation, losses, metrics, sample-weight, data-sources, callbacks]
# accelerator: none
# backends: [jax, tensorflow, torch]
# datasets: [mnist]
# requires: [tensorflow, torch, matplotlib]
# quick: {epochs: 2, batch_size: 50}
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
# Most models never need a training loop of their own. Four methods do the work: `compile()` says
# how to learn, `fit()` learns, `evaluate()` measures the result, and `predict()` uses the trained
# model.
#
# This guide shows them first, and then what you can hand them: losses and metrics of your own, data
# from several sources, class and sample weights, several inputs and outputs, and callbacks. If you
# have never built a model, begin with [Introduction to Keras for
# engineers](intro_to_keras_for_engineers.md).
#
# ## Setup {#setup}
#
# The code runs on JAX, TensorFlow and PyTorch. Change the string to choose one. The data are
# handwritten digits from MNIST. To keep every run short, we use the first 10,000 training pictures
# only. Each becomes a row of 784 numbers between 0 and 1.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

os.environ["KERAS_BACKEND"] = "jax"

import keras

keras.utils.set_random_seed(71)

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[:10_000].reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
y_train = y_train[:10_000]

# %% tags=["quick"]
# Batches of 50, and of 100 in a plain script, leave no smaller last batch.
x_train, y_train, x_test, y_test = x_train[:500], y_train[:500], x_test[:200], y_test[:200]

# %% tags=["parameters"]
epochs = 10
batch_size = 100

# %% [markdown]
# ## The four methods {#the-four-methods}
#
# [`compile()`](https://keras.io/api/models/model_training_apis/) takes an optimizer, a loss and
# metrics. Each can be an object, such as `keras.optimizers.Adam(1e-3)`, or a name, which stands for
# the same thing with its default settings. For `"accuracy"`, Keras looks at the shapes of labels
# and outputs to choose the right kind. `fit()` goes through the data `epochs` times, in batches, in
# a new random order each time. `validation_split` holds back a part, on which loss and metrics are
# computed after every epoch. With `verbose=2`, each epoch prints one line instead of a bar.


# %% tags=["varies"]
def digit_model(optimizer="adam"):
    inputs = keras.Input(shape=(784,))
    hidden = keras.layers.Dense(64, activation="relu")(inputs)
    net = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(hidden))
    net.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return net


model = digit_model()
history = model.fit(x_train, y_train, batch_size, epochs, validation_split=0.2, verbose=2)

# %% [markdown]
# The `History` object that comes back keeps these numbers, one list for each name. Plot them after
# every serious run. A training loss that falls while the validation loss rises is the mark of
# overfitting.

# %% tags=["varies"] alt="Two panels against the epoch. Left, training and validation loss; the training loss falls. Right, training and validation accuracy; the training accuracy rises."
_, panels = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
for panel, name in zip(panels, ("loss", "accuracy"), strict=True):
    panel.plot(range(1, epochs + 1), history.history[name], "o-", label="training")
    panel.plot(range(1, epochs + 1), history.history[f"val_{name}"], "s--", label="validation")
    panel.set(xlabel="epoch", ylabel=name, title=name.capitalize())
    panel.legend()
plt.show()

# %% [markdown]
# The split takes the *last* rows, before anything is shuffled. If your rows are sorted, shuffle
# them first, or pass `validation_data=(x_val, y_val)`. Here is the proof: `evaluate()` on the last
# fifth repeats the final validation loss. With `return_dict=True` it returns its results by name.
# `predict()` returns NumPy arrays on every backend.

# %%
split_at = int(len(x_train) * 0.8)
x_fit, y_fit = x_train[:split_at], y_train[:split_at]
x_val, y_val = x_train[split_at:], y_train[split_at:]

last_fifth = model.evaluate(x_val, y_val, batch_size, verbose=0, return_dict=True)
same_loss = np.isclose(last_fifth["loss"], history.history["val_loss"][-1], atol=1e-3)
print("the last fifth was held back:", same_loss)

results = model.evaluate(x_test, y_test, batch_size, verbose=0, return_dict=True)
probabilities = model.predict(x_test, batch_size, verbose=0)
print("results:", list(results))
print("predictions:", type(probabilities).__name__, probabilities.shape[1:])

# %% tags=["test"]
assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
assert same_loss
assert history.history["loss"][-1] < history.history["loss"][0]
assert type(probabilities) is np.ndarray
assert probabilities.shape == (len(x_test), 10)
assert abs((probabilities.argmax(axis=-1) == y_test).mean() - results["accuracy"]) < 0.005

# %% tags=["test", "full"]
if len(x_train) == 10_000:
    assert results["accuracy"] > 0.92

# %% [markdown]
# ## Losses of your own {#losses-of-your-own}
#
# Any function of `(y_true, y_pred)` can be a loss if it computes with `keras.ops` and returns one
# number per sample. Keras applies sample weights and takes the mean. The first one below is the
# Brier score: the squared distance between the probabilities and the right answer. We report it as
# a metric further down, where it works just as well. A loss gets its labels as floats, so they are
# made whole numbers again.
#
# If a loss has settings, write a subclass of [`keras.losses.Loss`](https://keras.io/api/losses/).
# `get_config()` saves the setting together with a model, and the decorator lets Keras find the
# class when the model is loaded. Our focal loss multiplies the crossentropy by `(1 - p) ** gamma`,
# where `p` is the probability of the right digit, so that easy samples count for less.


# %%
def brier_score(y_true, y_pred):
    wanted = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), 10)
    return keras.ops.sum(keras.ops.square(wanted - y_pred), axis=-1)


@keras.saving.register_keras_serializable(package="guide")
class FocalLoss(keras.losses.Loss):
    def __init__(self, gamma=2.0, name="focal_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.gamma = gamma

    def call(self, y_true, y_pred):
        wanted = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), 10)
        p = keras.ops.clip(keras.ops.sum(wanted * y_pred, axis=-1), 1e-7, 1.0)
        return -keras.ops.power(1 - p, self.gamma) * keras.ops.log(p)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma}


# %% [markdown]
# A loss can be called without a model, and so is easy to test. Here, a confident right answer
# costs almost nothing, a confident wrong one a lot:

# %%
labels = np.array([0, 1])
guesses = np.full((2, 10), 0.01, dtype="float32")
guesses[:, 0] = 0.91  # right in the first row, wrong in the second

each = keras.ops.convert_to_numpy(FocalLoss(reduction=None)(labels, guesses))
print(f"focal loss: {each[0]:.4f} if right, {each[1]:.4f} if wrong")

# %% tags=["test"]
crossentropy = float(keras.losses.SparseCategoricalCrossentropy()(labels, guesses))
assert np.isclose(float(FocalLoss(gamma=0.0)(labels, guesses)), crossentropy, atol=1e-3)
assert np.allclose(each, [-(0.09**2) * np.log(0.91), -(0.99**2) * np.log(0.01)], atol=1e-3)
assert FocalLoss.from_config(FocalLoss(gamma=3.0).get_config()).gamma == 3.0

# %% [markdown]
# Some losses do not look at labels at all. A layer adds such a term with `self.add_loss()` in its
# `call()`, and `fit()` and `evaluate()` add it to the compiled loss. This layer asks for small
# activations. Older code also calls `model.add_loss()` on the tensors of a functional model, or
# `add_metric()` in a layer. Keras 3 has neither: put the loss into a layer, and give metrics to
# `compile()`.


# %%
class ActivityPenalty(keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(0.1 * keras.ops.mean(keras.ops.abs(inputs)))
        return inputs


# %% [markdown]
# ## Metrics of your own {#metrics-of-your-own}
#
# A metric may be a function too; Keras then reports its mean over all samples. But not every figure
# is a mean. The *worst recall* asks, for each digit, what share of its pictures is recognized, and
# reports the lowest of the ten shares. That can only be computed from all batches together. So a
# [`Metric`](https://keras.io/api/metrics/base_metric/) keeps a state in variables. `update_state()`
# adds a batch (ours ignores its `sample_weight`), and `result()` computes the figure. Before each
# epoch, validation and evaluation, Keras calls `reset_state()`, which sets all variables to zero.


# %%
class WorstRecall(keras.metrics.Metric):
    def __init__(self, name="worst_recall", **kwargs):
        super().__init__(name=name, **kwargs)
        self.hits = self.add_weight(shape=(10,), initializer="zeros", name="hits")
        self.seen = self.add_weight(shape=(10,), initializer="zeros", name="seen")

    def update_state(self, y_true, y_pred, sample_weight=None):
        wanted = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), 10)
        chosen = keras.ops.one_hot(keras.ops.argmax(y_pred, axis=-1), 10)
        self.seen.assign_add(keras.ops.sum(wanted, axis=0))
        self.hits.assign_add(keras.ops.sum(wanted * chosen, axis=0))

    def result(self):  # a digit that never came up must not be the worst
        recall = self.hits / keras.ops.maximum(self.seen, 1)
        return keras.ops.min(keras.ops.where(self.seen > 0, recall, 1.0))


# %% [markdown]
# Here are all of them in one model. Its loss is the focal loss plus the penalty. If we wanted to
# save it and load it again, the layer, the metric and the function `brier_score` would need the
# decorator, too.

# %% tags=["varies"]
inputs = keras.Input(shape=(784,))
hidden = ActivityPenalty()(keras.layers.Dense(64, activation="relu")(inputs))
model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(hidden))
model.compile("adam", loss=FocalLoss(), metrics=["accuracy", brier_score, WorstRecall()])
model.fit(x_fit, y_fit, batch_size, epochs=2, verbose=0)
custom = model.evaluate(x_test, y_test, batch_size, verbose=0, return_dict=True)
print({name: round(value, 3) for name, value in custom.items()})

# %% tags=["test"]
probabilities = model.predict(x_test, batch_size, verbose=0)
activity = np.maximum(x_test @ model.get_weights()[0] + model.get_weights()[1], 0).mean()
focal_part = float(FocalLoss()(y_test, probabilities))
assert activity > 0.01
assert np.isclose(custom["loss"], focal_part + 0.1 * activity, atol=2e-3)
brier = brier_score(y_test, keras.ops.convert_to_tensor(probabilities))
brier = keras.ops.convert_to_numpy(brier)
assert np.isclose(custom["brier_score"], brier.mean(), atol=5e-3)
correct = probabilities.argmax(axis=-1) == y_test
recalls = [correct[y_test == digit].mean() for digit in range(10)]
assert np.isclose(custom["worst_recall"], min(recalls), atol=0.03)

# %% [markdown]
# ## Data in other forms {#data-in-other-forms}
#
# When batches are read from files, or made on the way, give `fit()` an object that yields them as
# `(inputs, labels)`. It makes its own batches, so leave out `batch_size` and `validation_split`.
# Any kind works with any backend.
#
# [`keras.utils.PyDataset`](https://keras.io/api/utils/python_utils/) needs no other library. You
# say how many batches there are, and how to make the one with a given number. Ours moves the
# pictures sideways by up to two pixels, a simple form of data augmentation. Between epochs it draws
# a new order. Pass `workers=4` to its constructor to prepare batches in four threads.
# `__getitem__()` then runs in several threads at once, so it must not change the object.


# %%
class ShiftedDigits(keras.utils.PyDataset):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rng = np.random.default_rng(71)
        self.order = np.arange(len(x_fit))

    def __len__(self):
        return int(np.ceil(len(x_fit) / batch_size))

    def __getitem__(self, index):
        rows = self.order[index * batch_size : (index + 1) * batch_size]
        moved = np.roll(x_fit[rows].reshape(-1, 28, 28), shift=index % 5 - 2, axis=2)
        return moved.reshape(-1, 784), y_fit[rows]

    def on_epoch_end(self):
        self.order = self.rng.permutation(len(x_fit))


# %% [markdown]
# Below are the pictures again, as a
# [`tf.data.Dataset`](https://www.tensorflow.org/api_docs/python/tf/data) and as a PyTorch
# [`DataLoader`](https://docs.pytorch.org/docs/stable/data.html). One model can learn from all three
# in turn. All of them shuffle by themselves. `shuffle=False` tells `fit()` so; without it, Keras
# would warn that it cannot shuffle the last two. From the optimizer's count of steps we can tell
# the epochs done:

# %%
import tensorflow as tf
import torch

tf_dataset = tf.data.Dataset.from_tensor_slices((x_fit, y_fit))
tf_dataset = tf_dataset.shuffle(10_000, seed=71).batch(batch_size).prefetch(tf.data.AUTOTUNE)
torch_loader = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(torch.from_numpy(x_fit), torch.from_numpy(y_fit)),
    batch_size=batch_size,
    shuffle=True,
    generator=torch.Generator().manual_seed(71),
)
model = digit_model()
steps, losses = [], []
for source in (ShiftedDigits(), tf_dataset, torch_loader):
    run = model.fit(source, epochs=1, shuffle=False, verbose=0)
    losses.append(run.history["loss"][0])
    steps.append(int(model.optimizer.iterations) * batch_size / len(x_fit))
print("epochs done:", steps, "- loss falls:", losses[0] > losses[1] > losses[2])

# %% tags=["test"]
assert steps == [1, 2, 3]
assert losses[0] > losses[1] > losses[2]
assert len(ShiftedDigits()) == len(tf_dataset) == len(torch_loader)

# %% [markdown]
# ## Class weights and sample weights {#class-weights-and-sample-weights}
#
# Now a detector for the digit 8. Nine pictures in ten show something else, so a model can be right
# most of the time and still miss many an 8. `class_weight` makes the errors on one class count for
# more: Keras multiplies the loss of each sample by the weight of its class, in training only.


# %% tags=["varies"]
def train_detector(**weights):
    keras.utils.set_random_seed(8)  # the same start each time
    net = keras.Sequential([keras.Input(shape=(784,)), keras.layers.Dense(1, "sigmoid")])
    metrics = [keras.metrics.Recall(), keras.metrics.Precision()]
    net.compile("adam", loss="binary_crossentropy", metrics=metrics)
    net.fit(x_fit, y_fit == 8, batch_size, epochs=5, verbose=0, **weights)
    return net, net.evaluate(x_test, y_test == 8, batch_size, verbose=0)


_, (_, plain_recall, plain_precision) = train_detector()
weighted, (_, recall, precision) = train_detector(class_weight={0: 1.0, 1: 9.0})
print(f"without weights: recall {plain_recall:.2f}, precision {plain_precision:.2f}")
print(f"with weights:    recall {recall:.2f}, precision {precision:.2f}")

# %% [markdown]
# With weights, more of the eights are found, and more of the finds are wrong: you choose the
# balance. The general form is `sample_weight`, one number for each row. It also serves models with
# several outputs, and data from a `DataLoader` or a generator, where Keras refuses `class_weight`.
# It can express how far you trust a label, or switch rows off with 0. A data source yields it as
# the third member of its tuples. Metrics ignore weights, unless they are passed as
# `compile(weighted_metrics=[...])`.

# %% tags=["test"]
assert recall > plain_recall

# %% tags=["test", "full"]
if len(x_train) == 10_000:
    assert precision < plain_precision
per_row = np.where(y_fit == 8, 9.0, 1.0)
by_row, _ = train_detector(sample_weight=per_row)
assert np.allclose(by_row.get_weights()[0], weighted.get_weights()[0], atol=1e-3)

# %% [markdown]
# ## Several inputs and outputs {#several-inputs-and-outputs}
#
# The next model looks at two digits and answers two questions: what is their sum, and is the left
# one larger? [The Functional API](functional_api.md) describes such graphs. Name the inputs and
# outputs, and everything that belongs to them can be passed as a dictionary. Squared errors of a
# sum up to 18 are far greater than a crossentropy. `loss_weights` brings both to a similar size.

# %%
left, right = keras.Input(shape=(784,), name="left"), keras.Input(shape=(784,), name="right")
encoder = keras.layers.Dense(64, activation="relu")  # one layer, used twice
both = keras.layers.Concatenate()([encoder(left), encoder(right)])
both = keras.layers.Dense(64, activation="relu")(both)
two_digits = keras.Model(
    inputs={"left": left, "right": right},
    outputs={
        "sum": keras.layers.Dense(1, name="sum")(both),
        "larger": keras.layers.Dense(1, activation="sigmoid", name="larger")(both),
    },
)
two_digits.compile(
    optimizer="adam",
    loss={"sum": "mean_squared_error", "larger": "binary_crossentropy"},
    loss_weights={"sum": 0.05, "larger": 1.0},
    metrics={"sum": ["mean_absolute_error"]},
    weighted_metrics={"larger": ["accuracy"]},
)

# %% [markdown]
# The pairs are made from the two halves of the data. Where the digits are equal, the second answer
# gets the weight 0: there, we would rather not ask.

# %% tags=["varies"]
(x_left, x_right), (y_left, y_right) = np.split(x_fit, 2), np.split(y_fit[:, None].astype("float32"), 2)
answers = {"sum": y_left + y_right, "larger": (y_left > y_right).astype("float32")}
weights = {"sum": np.ones(len(y_left)), "larger": (y_left != y_right)[:, 0].astype("float32")}

pairs = {"left": x_left, "right": x_right}
history = two_digits.fit(pairs, answers, batch_size, epochs, verbose=0, sample_weight=weights)
for name, values in sorted(history.history.items()):
    print(f"{name:24} {values[0]:7.3f} -> {values[-1]:7.3f}")

# %% [markdown]
# The names of outputs stand before those of their losses and metrics. `loss` is the weighted total.

# %% tags=["test"]
log = {name: np.array(values) for name, values in history.history.items()}
assert sorted(log) == ["larger_accuracy", "larger_loss", "loss", "sum_loss", "sum_mean_absolute_error"]
assert np.allclose(log["loss"], 0.05 * log["sum_loss"] + log["larger_loss"], rtol=0.02)
assert log["loss"][-1] < log["loss"][0]

# %% [markdown]
# ## Schedules, callbacks and checkpoints {#schedules-callbacks-and-checkpoints}
#
# Large steps are good at the beginning, small ones at the end. An optimizer takes a
# [schedule](https://keras.io/api/optimizers/learning_rate_schedules/) in place of a fixed rate: a
# function of the number of the step. This one warms up for an epoch, then follows a cosine to zero.

# %% alt="The learning rate against the step. It rises in a straight line to 0.003 during the first epoch, then falls along a cosine to zero at the last step."
one_epoch = len(x_fit) // batch_size
schedule = keras.optimizers.schedules.CosineDecay(
    0.0, decay_steps=(epochs - 1) * one_epoch, warmup_target=3e-3, warmup_steps=one_epoch
)
at_steps = range(0, epochs * one_epoch + 1, one_epoch // 4)
rates = [float(schedule(step)) for step in at_steps]

plt.figure(figsize=(7, 3), layout="constrained")
plt.plot(at_steps, rates, "o-")
plt.gca().set(title="Warm-up and cosine", xlabel="step (batches)", ylabel="learning rate")
plt.show()

# %% [markdown]
# Callbacks act while `fit()` runs. Two of [those built in](https://keras.io/api/callbacks/) belong
# in almost every training. [`EarlyStopping`](https://keras.io/api/callbacks/early_stopping/) ends
# it when a figure has not improved for `patience` epochs (by default, one such epoch is enough),
# and can give the model its best weights back.
# [`ModelCheckpoint`](https://keras.io/api/callbacks/model_checkpoint/) saves the model on the way.
# A third, `ReduceLROnPlateau`, lowers a fixed rate when progress stops.

# %%
model = digit_model(keras.optimizers.Adam(schedule))
stop = keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)
save = keras.callbacks.ModelCheckpoint("best.keras", "val_loss", save_best_only=True)
settings = {"validation_data": (x_val, y_val), "callbacks": [stop, save], "verbose": 0}
run = model.fit(x_fit, y_fit, batch_size, epochs, **settings)

restored = keras.saving.load_model("best.keras")
restored_loss, _ = restored.evaluate(x_val, y_val, batch_size, verbose=0)
best_loss = min(run.history["val_loss"])
print("the file holds the best epoch:", np.isclose(restored_loss, best_loss, atol=1e-3))

# %% tags=["test"]
assert rates[0] == 0
assert np.isclose(max(rates), 3e-3)
assert rates[-1] < 1e-6
assert np.isclose(restored_loss, best_loss, atol=1e-3)
assert np.isclose(model.evaluate(x_val, y_val, batch_size, verbose=0)[0], best_loss, atol=1e-3)
assert restored.optimizer.iterations == (np.argmin(run.history["val_loss"]) + 1) * one_epoch

# %% [markdown]
# The file holds the state of the optimizer too, with the number of its steps. So
# `restored.fit(..., initial_epoch=n, epochs=m)` goes on from there: `initial_epoch` says how many
# epochs the saved model has seen (here it is the number of the best epoch, counted from 1), and
# `epochs` is where to stop, not how many to add.
#
# ## Where to go next {#where-to-go-next}
#
# - [Writing your own callbacks](writing_your_own_callbacks.md), to watch or steer `fit()`.
# - [Saving and loading models](serialization_and_saving.md), with custom objects such as our focal
#   loss.
# - Change the training step but keep `fit()`, in [JAX](custom_train_step_in_jax.md),
#   [TensorFlow](custom_train_step_in_tensorflow.md) or [PyTorch](custom_train_step_in_torch.md).
