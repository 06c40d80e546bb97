# ---
# title: Transfer learning and fine tuning
# description: Freeze a trained network, give it a new head, and fine-tune it on a few examples.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: training
# tags: [transfer-learning, freezing, feature-extraction, evaluation]
# accelerator: none
# backends: [jax, tensorflow, torch]
# datasets: [mnist]
# requires: [matplotlib]
# quick: {base_epochs: 1, head_epochs: 6, fine_epochs: 3}
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
# A network that has learned one task has learned something that is useful for similar ones. The
# first layers of a network that reads digits find strokes and corners, whichever digits it was
# trained on. *Transfer learning* starts from such a network, instead of from random weights, when
# there are too few examples to train one from nothing.
#
# Usually the network is a large one that somebody else has trained on millions of pictures. Here we
# train it ourselves, so that there are no weights to download: a small network learns the digits 0
# to 4 from 8,000 pictures. Then we use what it knows to tell the digits 5 to 9 apart, with only ten
# pictures of each.

# %% [markdown]
# ## Setup {#setup}

# %%
import os

import numpy as np

# Set this before Keras is imported: "jax", "tensorflow" or "torch".
os.environ["KERAS_BACKEND"] = "jax"

import keras
import matplotlib.pyplot as plt

keras.utils.set_random_seed(2026)

# %% [markdown]
# ## Freezing layers {#freezing-layers}
#
# First the tool that transfer learning needs: keeping weights as they are while others are trained.
#
# A [layer](https://keras.io/api/layers/base_layer/) sorts its weights into two lists.
# `trainable_weights` are those that the optimizer changes, to make the loss small.
# `non_trainable_weights` are all others. Most layers have only weights of the first kind.
# `BatchNormalization` has two of each: it learns a scale and an offset from gradients, but its mean
# and variance are averages over the batches that it sees.

# %%
dense = keras.layers.Dense(3)
dense.build((None, 4))
normalization = keras.layers.BatchNormalization()
normalization.build((None, 3))


def show_weights(title, layer):
    trainable = [weight.name for weight in layer.trainable_weights]
    others = [weight.name for weight in layer.non_trainable_weights]
    print(f"{title}\n    trainable: {trainable}\n    others:    {others}")


show_weights("Dense", dense)
show_weights("BatchNormalization", normalization)

# %% [markdown]
# Every layer also has the switch `trainable`. Setting it to `False` moves all weights to the second
# list: the layer is *frozen*. Setting it to `True` moves them back.

# %%
dense.trainable = False
show_weights("Dense, frozen", dense)

# %% tags=["test"]
assert dense.trainable_weights == []
assert [weight.name for weight in dense.non_trainable_weights] == ["kernel", "bias"]
assert [weight.name for weight in normalization.trainable_weights] == ["gamma", "beta"]
assert len(normalization.non_trainable_weights) == 2

# %% [markdown]
# On a model, the switch works all the way down: it is set on every layer inside, and on the layers
# inside those. Afterwards you can freeze single layers of a model that is not frozen. Do not go the
# other way round: while a model is frozen, its `fit()` trains nothing, whatever the switches of its
# layers say. Unfreeze the whole model instead, and freeze the layers that should keep their
# weights.

# %%
inner = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(4)])
outer = keras.Sequential([keras.layers.Input(shape=(4,)), inner, keras.layers.Dense(1)])

outer.trainable = False
print("outer frozen:", [layer.trainable for layer in (*inner.layers, outer.layers[1])])

outer.trainable = True
inner.layers[0].trainable = False
print("one frozen:  ", [layer.trainable for layer in (*inner.layers, outer.layers[1])])

# %% [markdown]
# A short training shows that the switch is obeyed. The kernel and the bias of the first layer keep
# their values:

# %%
outer.compile(optimizer="sgd", loss="mse")

before = outer.get_weights()
outer.fit(np.ones((32, 4)), np.ones((32, 1)), verbose=0)
after = outer.get_weights()

changed = [not np.array_equal(old, new) for old, new in zip(before, after, strict=True)]
print("changed:", changed)

# %% tags=["test"]
assert changed == [False, False, True, True, True, True]
assert len(outer.trainable_weights) == 4
assert [layer.trainable for layer in inner.layers] == [False, True]

# %% [markdown]
# `compile()` comes *after* the last change of `trainable`, always. It fixes what the training step
# does, and the optimizer keeps notes for each weight that it trains. If you unfreeze layers and
# forget to compile again, JAX and PyTorch stop with an error, because the optimizer was built for
# other weights. TensorFlow goes on with the step that it has prepared earlier, so the layers stay
# frozen and nothing tells you. If you freeze layers between two calls of `fit()` and do not
# compile, JAX stops too, and TensorFlow silently goes on training them. Only PyTorch freezes them.

# %% [markdown]
# ## The data {#the-data}
#
# We split MNIST into two tasks. The *source* task has digits 0 to 4 and plenty of pictures: we use
# 8,000. The *target* task has digits 5 to 9, with ten pictures of each to train on. Its labels are
# moved down by 5, so that they also count from 0. We measure on 2,000 test pictures of each task.

# %%
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()


def pictures(x):
    return x[..., np.newaxis].astype("float32") / 255


source, source_test = y_train < 5, y_test < 5
x_source, y_source = pictures(x_train[source][:8000]), y_train[source][:8000]
x_source_test, y_source_test = pictures(x_test[source_test][:2000]), y_test[source_test][:2000]

few = np.concatenate([np.flatnonzero(y_train == digit)[:10] for digit in range(5, 10)])
x_few, y_few = pictures(x_train[few]), y_train[few] - 5
x_target, y_target = pictures(x_test[~source_test][:2000]), y_test[~source_test][:2000] - 5

print("source:", x_source.shape, "target:", x_few.shape)

# %% tags=["test"]
assert np.bincount(y_few).tolist() == [10] * 5
assert len(x_source) == 8000
assert len(x_source_test) == len(x_target) == 2000
assert set(y_source.tolist()) == set(y_target.tolist()) == set(range(5))

# %% tags=["quick"]
x_source, y_source = x_source[:512], y_source[:512]
x_source_test, y_source_test = x_source_test[:500], y_source_test[:500]
x_target, y_target = x_target[:500], y_target[:500]

# %% tags=["parameters"]
base_epochs = 4
head_epochs = 20
fine_epochs = 20

# %% [markdown]
# These are all the pictures that the target task offers:

# %% alt="Five rows of ten handwritten digits: one row each for the digits 5, 6, 7, 8 and 9."
fig, grid = plt.subplots(5, 10, figsize=(7, 3.6))
for axes, picture in zip(grid.flat, x_few, strict=True):
    axes.imshow(picture[..., 0], cmap="gray_r")
    axes.axis("off")
fig.suptitle("The training pictures of the target task")
plt.show()

# %% [markdown]
# ## A base to start from {#a-base}
#
# The *base* turns a picture into 64 features. It has three convolutions, each followed by a
# `BatchNormalization` and a `ReLU`. At the end, a pooling layer averages each of the 64 channels
# over the picture. A *head* of one dense layer turns the features into probabilities for five
# digits. Base and head are separate, because only the base will be used again.
#
# `BatchNormalization` keeps running averages, and `momentum` says how slowly they move. The
# default, 0.99, needs several hundred steps to settle. Our runs on 50 pictures take far fewer, so
# we use 0.9.


# %%
def make_base():
    blocks = [keras.layers.Input(shape=(28, 28, 1))]
    for filters in (16, 32, 64):
        blocks += [
            keras.layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.ReLU(),
        ]
    blocks.append(keras.layers.GlobalAveragePooling2D())
    return keras.Sequential(blocks, name="digits_base")


def with_head(base):
    inputs = keras.layers.Input(shape=(28, 28, 1))
    outputs = keras.layers.Dense(5, activation="softmax")(base(inputs))
    return keras.Model(inputs, outputs)


def compile_with(model, learning_rate):
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


# %% tags=["varies"]
base = make_base()
source_model = with_head(base)
compile_with(source_model, learning_rate=1e-3)
source_model.fit(x_source, y_source, batch_size=64, epochs=base_epochs, verbose=2)

_, source_accuracy = source_model.evaluate(x_source_test, y_source_test, verbose=0)
print(f"accuracy on digits 0 to 4: {source_accuracy:.3f}")

# %% [markdown]
# The base is worth keeping. We save it without the head, as the author of a published network
# would:

# %%
base.save("digits_base.keras")

# %% tags=["test"]
assert base.output_shape == (None, 64)
assert len(base.weights) == 3 * 5
assert len(base.trainable_weights) == 3 * 3
assert np.isfinite(source_accuracy)

# %% tags=["test", "full"]
if len(x_source) == 8000:
    assert source_accuracy > 0.95

# %% [markdown]
# ## The typical workflow {#the-typical-workflow}
#
# Nearly all transfer learning follows the same steps:
#
# 1. Get a trained base, without its head.
# 2. Freeze it.
# 3. Put a new head on it, and compile.
# 4. Train the head on the new data.
# 5. If that is not enough, unfreeze all or part of the base, compile again, and go on training with
#    a very low learning rate. This last step is *fine tuning*.
#
# The order matters. A new head is random, and in its first steps it sends large, meaningless
# gradients down into the base. If the base is not frozen then, they destroy what it has learned.
#
# In a real project, the base of step 1 often comes from [Keras
# Applications](https://keras.io/api/applications/), which downloads the weights:
#
# ```python
# base = keras.applications.MobileNetV2(
#     weights="imagenet", input_shape=(160, 160, 3), include_top=False, pooling="avg"
# )
# ```
#
# ### For comparison: from scratch {#from-scratch}
#
# Is a base of any use? To find out, we also train the same network from random weights, for as many
# epochs as the two phases of the transfer together. The accuracy on the 2,000 target pictures is
# measured after every epoch. We only look at it, and decide nothing by it; otherwise it would be no
# fair measure.


# %%
def train(model, epochs):
    history = model.fit(
        x_few,
        y_few,
        batch_size=25,
        epochs=epochs,
        validation_data=(x_target, y_target),
        validation_batch_size=500,
        verbose=0,
    )
    return history.history["val_accuracy"]


# %% tags=["varies"]
scratch_model = with_head(make_base())
compile_with(scratch_model, learning_rate=1e-3)
scratch_curve = train(scratch_model, head_epochs + fine_epochs)
print(f"from scratch: {scratch_curve[-1]:.3f}")

# %% tags=["test"]
assert len(scratch_curve) == head_epochs + fine_epochs
assert len(scratch_model.trainable_weights) == 3 * 3 + 2

# %% [markdown]
# ### A new head on a frozen base {#a-new-head}
#
# Now steps 1 to 4. Only the kernel and the bias of the head are left to train. They can take a
# higher learning rate, because there is nothing else to spoil.

# %%
base = keras.saving.load_model("digits_base.keras")
base.trainable = False

model = with_head(base)
compile_with(model, learning_rate=1e-2)
model.summary()

# %% tags=["test"]
assert len(model.trainable_weights) == 2
assert len(model.weights) == 17
base_before = base.get_weights()

# %% tags=["varies"]
frozen_curve = train(model, head_epochs)
print(f"frozen base: {frozen_curve[-1]:.3f}")

# %% tags=["test"]
assert len(frozen_curve) == head_epochs
base_after = base.get_weights()
assert all(np.array_equal(old, new) for old, new in zip(base_before, base_after, strict=True))

# %% tags=["test", "full"]
if len(x_source) == 8000:
    assert np.mean(frozen_curve[-5:]) > np.mean(scratch_curve[-5:])

# %% [markdown]
# ### The same with features computed once {#features-once}
#
# A frozen base gives the same features for a picture in every epoch. So you can compute them once,
# and train the head on them as a small model of its own. This is much faster when the base is
# large. It does not go together with random changes of the pictures, such as rotations, since these
# need new features each time. The cell below checks that the head gives the same answers for the
# stored features as the whole model gives for the pictures.

# %%
features = base.predict(x_few, verbose=0)
head = model.layers[-1]
from_features = keras.ops.convert_to_numpy(head(features))
from_pictures = model.predict(x_few, verbose=0)

print("features:", features.shape)
print("same predictions:", np.allclose(from_features, from_pictures, atol=1e-3))

# %% tags=["test"]
assert features.shape == (50, 64)
assert np.allclose(from_features, from_pictures, atol=1e-3)

# %% [markdown]
# ## Batch statistics: freezing and `training` {#batch-statistics}
#
# There are two questions about a layer while `fit()` runs, and they are easily mixed up:
#
# - *Is it trainable?* This decides whether the optimizer changes its weights.
# - *Does it run in training mode?* The argument `training` of `call()` decides this. In training
#   mode, `Dropout` drops values, and `BatchNormalization` normalizes with the mean and variance of
#   the batch at hand and updates its running averages. In inference mode, `Dropout` does nothing,
#   and `BatchNormalization` uses the running averages and leaves them alone.
#
# In transfer learning the running averages are worth protecting. They come from thousands of
# pictures, and our batches have 25. For `BatchNormalization`, Keras therefore ties the two
# questions together: *frozen, it always runs in inference mode*. This is why the averages of our
# base did not move while the head was trained.
#
# What if the base is not frozen, but its averages should stay? The following experiment builds four
# models on a tiny base, the first without any precaution, and checks whether a short training moves
# its averages.


# %%
class Wrapped(keras.Model):
    """Calls the base in inference mode, whatever mode the model itself is in."""

    def __init__(self, base):
        super().__init__()
        self.base = base
        self.head = keras.layers.Dense(1)

    def call(self, inputs):
        return self.head(self.base(inputs, training=False))


def functional(base, **arguments):
    inputs = keras.layers.Input(shape=(4,))
    return keras.Model(inputs, keras.layers.Dense(1)(base(inputs, **arguments)))


def averages_move(wrap, freeze):
    layer = keras.layers.BatchNormalization()
    layer.trainable = not freeze
    tiny_base = keras.Sequential([keras.layers.Input(shape=(4,)), keras.layers.Dense(4), layer])
    tiny_model = wrap(tiny_base)
    # Compiling the step takes longer than this one step, so we run it eagerly.
    tiny_model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
    old = keras.ops.convert_to_numpy(layer.moving_mean).copy()
    tiny_model.fit(np.ones((32, 4)), np.ones((32, 1)), verbose=0)
    return not np.array_equal(old, keras.ops.convert_to_numpy(layer.moving_mean))


moved = {
    "plain": averages_move(functional, freeze=False),
    "BatchNormalization frozen": averages_move(functional, freeze=True),
    "training=False in a subclass": averages_move(Wrapped, freeze=False),
    "training=False in a functional model": averages_move(
        lambda base: functional(base, training=False), freeze=False
    ),
}
for way, has_moved in moved.items():
    print(f"{way:37}", "averages move" if has_moved else "averages stay")

# %% tags=["test"]
assert moved["plain"]
assert not moved["BatchNormalization frozen"]
assert not moved["training=False in a subclass"]
# A known weakness of Keras 3.15: if this fails one day, the section can be shortened.
assert moved["training=False in a functional model"]

# %% [markdown]
# The last line may surprise you. Many programs write `base(inputs, training=False)` in a functional
# model, for just this purpose. But in Keras 3.15 the `training=True` that `fit()` passes to the
# whole model takes the place of the `False` that was given when the model was built ([issue
# 20285](https://github.com/keras-team/keras/issues/20285)). In `call()` of a subclass, an explicit
# `training=False` does count.
#
# So freeze the `BatchNormalization` layers themselves: it works in every kind of model, and we do
# it below. Layers without such averages, like `LayerNormalization`, need none of this care.

# %% [markdown]
# ## Fine tuning {#fine-tuning}
#
# Now the head is no longer random, and the base may adapt to the new digits. Three things to note:
#
# - `base.trainable = True` unfreezes everything inside, so we freeze the `BatchNormalization`
#   layers again, one by one.
# - We compile again. This also gives a new optimizer, which has no memory of the first phase.
# - The learning rate is about 30 times lower than for the head. The weights of the base are nearly
#   right, and 50 pictures are soon learned by heart.
#
# With a deep base, it is common to unfreeze only the last layers. The first ones are the most
# general.

# %%
base.trainable = True
for layer in base.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.trainable = False

fine_learning_rate = 3e-4
compile_with(model, fine_learning_rate)
print("weights to train:", [weight.path.split("/")[-1] for weight in model.trainable_weights])

# %% tags=["test"]
assert len(model.trainable_weights) == 3 + 2
assert model.optimizer.iterations == 0
base_before = base.get_weights()

# %% tags=["varies"]
fine_curve = train(model, fine_epochs)
print(f"fine-tuned: {fine_curve[-1]:.3f}")

# %% tags=["test"]
assert len(fine_curve) == fine_epochs
base_after = base.get_weights()
kept = [np.array_equal(old, new) for old, new in zip(base_before, base_after, strict=True)]
# Of the kernel and the four vectors of each block, only the kernel may change.
assert kept == [False, True, True, True, True] * 3

# %% tags=["test", "full"]
if len(x_source) == 8000:
    assert np.mean(fine_curve[-5:]) > np.mean(frozen_curve[-5:])
    assert np.mean(fine_curve[-5:]) > np.mean(scratch_curve[-5:]) + 0.03

# %% [markdown]
# ## The results {#the-results}
#
# All three in one picture:

# %% tags=["varies"] alt="Accuracy on the target task over 40 epochs. The run from scratch ends lowest. The head on the frozen base is above it after 20 epochs, and fine tuning, from epoch 21 on, ends highest."
first = np.arange(1, head_epochs + 1)
second = head_epochs + np.arange(1, fine_epochs + 1)

plt.figure(figsize=(7, 3.6))
plt.plot([*first, *second], scratch_curve, ":", color="C3", label="from scratch")
plt.plot(first, frozen_curve, "--", color="C1", label="new head, frozen base")
plt.plot(second, fine_curve, "-", color="C0", label="fine-tuned")
plt.axvline(head_epochs + 0.5, color="grey", linewidth=0.8)
plt.title("Digits 5 to 9 from ten pictures of each")
plt.xlabel("epoch")
plt.ylabel("accuracy on test pictures")
plt.legend(loc="lower right")
plt.show()

# %% tags=["test"]
curves = np.array([*scratch_curve, *frozen_curve, *fine_curve])
assert curves.shape == (2 * (head_epochs + fine_epochs),)
assert curves.min() >= 0
assert curves.max() <= 1

# %% [markdown]
# The base has never seen a 5 or a 9. Its features still serve better than those that the same
# network can learn from 50 pictures, and with a little tuning they serve better again. With
# thousands of pictures per digit, training from scratch would catch up. Transfer learning is for
# small data.
#
# With 50 pictures chance plays a part. Other pictures or another seed move every number by a few
# hundredths, so repeat such a comparison several times before you build on it.

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [Training with the built-in methods](training_with_built_in_methods.md), for all that
#   `compile()` and `fit()` offer
# - [Saving and loading](serialization_and_saving.md), if you want to publish a base of your own
# - [Layers and models of your own](making_new_layers_and_models_via_subclassing.md), about the
#   argument `training` in `call()`
# - Training loops of your own in [JAX](writing_a_custom_training_loop_in_jax.md),
#   [TensorFlow](writing_a_custom_training_loop_in_tensorflow.md) and
#   [PyTorch](writing_a_custom_training_loop_in_torch.md). There, freezing works too, as long as you
#   take gradients for `model.trainable_weights` only
# - [`BatchNormalization`](https://keras.io/api/layers/normalization_layers/batch_normalization/) in
#   the API reference
