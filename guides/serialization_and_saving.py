# ---
# title: Saving and loading models
# description: Whole models, weights and configs on disk, with code of your own, on any backend.
# authors: ["[The Guidewright authors](https://github.com/guidewright/guidewright)"]
# created: 2026-11-23
# modified: 2026-11-23
# category: building_models
# tags: [saving, checkpoints, custom-layers, subclassing]
# accelerator: none
# backends: [jax, tensorflow, torch]
# requires: [matplotlib, jax, torch]
# quick: {epochs: 5}
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
# A trained model consists of four things:
#
# - the *config*: which layers there are, with which arguments, and how they are connected
# - the *weights*: the numbers that training has found
# - what was passed to `compile()`: optimizer, loss and metrics
# - the state of the optimizer, which is needed to go on training as if nothing had happened
#
# You can save all of it in one file, or only the part that you need. This guide shows both, looks
# into the file, and then turns to models that contain code of your own.
#
# ## Setup {#setup}
#
# The data is made by a formula: two spirals that wind around each other. A small model says to
# which of them a point belongs. One function makes it and another trains it, because we need
# several such models. `KERAS_BACKEND` must be set before Keras is imported.

# %%
import json
import os
import pathlib
import subprocess
import sys
import warnings
import zipfile

import h5py
import matplotlib.pyplot as plt
import numpy as np

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import layers, ops

keras.utils.set_random_seed(2026)

# %% tags=["parameters"]
epochs = 10

# %%
labels = np.tile([0, 1], 512)
turn = 3 * np.pi * np.random.default_rng(2026).random(1024)
angle = turn + np.pi * labels
points = (turn * np.stack([np.cos(angle), np.sin(angle)]) / 10).T.astype("float32")


def make_model(num_classes=2):
    return keras.Sequential(
        [
            keras.Input(shape=(2,)),
            layers.Dense(32, activation="relu", name="hidden_1"),
            layers.Dense(32, activation="relu", name="hidden_2"),
            layers.Dense(num_classes, activation="softmax", name="head"),
        ]
    )


def compile_model(model):
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")


def train(model):
    # Without shuffling, every run sees the same batches, so runs can be compared.
    history = model.fit(points, labels, batch_size=128, epochs=epochs, shuffle=False, verbose=0)
    return history.history["loss"]


model = make_model()
compile_model(model)
losses = train(model)

# %% [markdown]
# ## The whole model in one file {#the-whole-model-in-one-file}
#
# [`save()`](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/) writes all
# four things into a file whose name ends in `.keras`. `load_model()` makes the model anew from it,
# without the code that built it. If you only want to predict, `load_model(…, compile=False)` leaves
# out loss and optimizer.

# %%
model.save("spirals.keras")
restored = keras.saving.load_model("spirals.keras")

predictions = model.predict(points, verbose=0)
restored_predictions = restored.predict(points, verbose=0)
print("same predictions:", np.allclose(restored_predictions, predictions, atol=1e-4))

# %% [markdown]
# ## Weights only {#weights-only}
#
# `save_weights()` writes the numbers without the config, so you need the code that builds the
# model. The file's name ends in `.weights.h5`. (`load_weights()` also takes the weights out of a
# `.keras` file.) If the model is compiled, the file holds the optimizer's numbers too. Loading such
# a file into a freshly compiled model makes Keras warn, because the new optimizer has no variables
# yet to hold these numbers. So load the weights first and compile afterwards:

# %%
model.save_weights("spirals.weights.h5")
rebuilt = make_model()
rebuilt.load_weights("spirals.weights.h5")
compile_model(rebuilt)

# %% tags=["test"]
assert keras.backend.backend() == os.environ["KERAS_BACKEND"]
assert losses[-1] < losses[0]
assert np.allclose(restored_predictions, predictions, atol=1e-4)
assert all(map(np.array_equal, restored.get_weights(), model.get_weights()))
assert all(map(np.array_equal, rebuilt.get_weights(), model.get_weights()))
assert int(restored.optimizer.iterations) == epochs * len(points) // 128
assert int(rebuilt.optimizer.iterations) == 0
assert not keras.saving.load_model("spirals.keras", compile=False).compiled
rebuilt_too = make_model()
rebuilt_too.load_weights("spirals.keras")
assert all(map(np.array_equal, rebuilt_too.get_weights(), model.get_weights()))

# %% [markdown]
# We saved in the middle of training, so let us train all three on. The restored model follows the
# original one, because it got the state of the optimizer as well. The rebuilt one begins with a new
# Adam. This has to collect its averages of the gradients again, and falls behind:

# %% tags=["varies"] alt="The training loss over the epochs before and after saving. After saving, the curve of the model restored from the file lies on top of the original one. The curve of the model with only the weights runs above them."
continued, resumed, restarted = train(model), train(restored), train(rebuilt)
later = np.arange(epochs, 2 * epochs)

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
axes.plot(losses + continued, "-", color="0.6", linewidth=4, label="original")
axes.plot(later, resumed, "--o", markersize=4, label="whole model restored")
axes.plot(later, restarted, ":s", markersize=4, label="weights only")
axes.axvline(epochs - 0.5, color="0.8", linewidth=1)
axes.set(title="Training on after saving", xlabel="epoch, from 0", ylabel="loss (cross-entropy)")
axes.legend()
plt.show()

# %% tags=["test"]
assert np.isclose(resumed[0], continued[0], rtol=1e-2)
assert abs(resumed[0] - continued[0]) < abs(restarted[0] - continued[0])
assert int(restored.optimizer.iterations) == 2 * int(rebuilt.optimizer.iterations)

# %% tags=["test", "full"]
if epochs == 10:
    assert all(behind > ahead for behind, ahead in zip(restarted[:5], resumed, strict=False))

# %% [markdown]
# ## Weights for another model {#weights-for-another-model}
#
# In memory, `get_weights()` and `set_weights()` pass NumPy arrays from one model, or one layer, to
# another. From a file, a model with a different last layer can take what fits. By default, a shape
# that does not fit is an error. With `skip_mismatch=True` it is a warning, which we catch here in
# order to read it. Such a start is the idea of [transfer learning](transfer_learning.md).

# %%
copied = make_model(num_classes=5)
copied.get_layer("hidden_1").set_weights(model.get_layer("hidden_1").get_weights())

partial = make_model(num_classes=5)
with warnings.catch_warnings(record=True) as caught:
    partial.load_weights("spirals.weights.h5", skip_mismatch=True)
told = [str(warning.message) for warning in caught if warning.category is UserWarning]
print(told[0].splitlines()[0])

# %% tags=["test"]
saved = keras.saving.load_model("spirals.keras").get_weights()
assert len(told) == 1
assert "A total of 1 objects could not be loaded" in told[0]
assert all(map(np.array_equal, partial.get_weights()[:4], saved[:4]))
assert partial.get_weights()[4].shape == (32, 5)
assert np.array_equal(copied.get_weights()[0], model.get_weights()[0])
assert not np.array_equal(copied.get_weights()[2], model.get_weights()[2])

# %% [markdown]
# ## What is in the file {#what-is-in-the-file}
#
# A `.keras` file is a zip archive with at least three members. `metadata.json` has the version of
# Keras and the date, `config.json` the config, and `model.weights.h5` the numbers, in the [HDF5
# format](https://docs.h5py.org/). The optimizer's numbers stand beside those of the layers. In a
# Sequential or Functional model, Keras finds the weights of a layer by its class and its number
# among the layers of this class: `layers/dense_1` has those of the second `Dense`. The layers'
# names do not matter. A file therefore fits any model that has layers of the same classes, in the
# same order and with the same shapes.

# %%
with zipfile.ZipFile("spirals.keras") as archive:
    print(sorted(archive.namelist()))
    stored_config = json.loads(archive.read("config.json"))
    with archive.open("model.weights.h5") as member, h5py.File(member, "r") as weights_file:
        shapes = {}
        weights_file.visititems(lambda path, node: shapes.update({path: node}))
        shapes = {path: node.shape for path, node in shapes.items() if hasattr(node, "shape")}

print("parts of the config:", list(stored_config))
for path, shape in shapes.items():
    if path.startswith("layers"):
        print(path, shape)
print(sum(path.startswith("optimizer/vars/") for path in shapes), "arrays of the optimizer")

# %% tags=["test"]
assert list(shapes.values())[:6] == [array.shape for array in model.get_weights()]
assert stored_config["class_name"] == "Sequential"
assert {"config", "build_config", "compile_config"} <= set(stored_config)
assert sum(path.startswith("optimizer/vars/") for path in shapes) == 2 + 2 * 6

# %% [markdown]
# ## Configs: an object as a dictionary {#configs}
#
# The config is the part that needs thought once you write classes, so let us see how it works.
# `get_config()` returns the arguments that make an object, and the class method `from_config()`
# makes a new object from them. The new one has its own, new weights.
#
# `serialize_keras_object()` adds the name of the class, so that `deserialize_keras_object()` needs
# the dictionary alone. The result can be written as JSON, and this is how objects stand in the
# file. For a whole model, `to_json()` and `keras.models.model_from_json()` do it in one step.

# %%
hidden = model.get_layer("hidden_1")
another = layers.Dense.from_config(hidden.get_config())
print(another.units, another.activation.__name__, "built:", another.built)

start = keras.initializers.TruncatedNormal(stddev=0.1, seed=3)
start_as_dict = keras.saving.serialize_keras_object(start)
print(json.dumps(start_as_dict))
start_again = keras.saving.deserialize_keras_object(start_as_dict)

same_architecture = keras.models.model_from_json(model.to_json())
print("from JSON:", [layer.name for layer in same_architecture.layers])

# %% tags=["test"]
assert another.get_config() == hidden.get_config()
assert not another.built
first_draw, second_draw = (ops.convert_to_numpy(i((4,))) for i in (start, start_again))
assert np.array_equal(first_draw, second_draw)
assert same_architecture.count_params() == model.count_params()
assert not np.array_equal(same_architecture.get_weights()[0], model.get_weights()[0])

# %% [markdown]
# Once a layer or a model is built, the dictionary also has `build_config`, from
# `get_build_config()`: the input shape with which to make the weights. A model's has
# `compile_config` too, from `get_compile_config()`: the arguments of `compile()`, which
# `compile_from_config()` applies:

# %%
compile_config = model.get_compile_config()
print(model.get_build_config())
print("to compile():", compile_config["loss"], compile_config["optimizer"]["class_name"])

unprepared = make_model()
unprepared.compile_from_config(compile_config)
print("compiled:", unprepared.compiled)

# %% [markdown]
# ## Classes and functions of your own {#custom-objects}
#
# The file does not hold your Python code. It has the *name* of your class, and Keras must find the
# class by it. Here is a layer that computes waves of random frequency, and a function as
# activation. The only argument of `Waves` is a plain number, so Keras writes the layer's config
# itself. Arguments that are objects need a `get_config()` of yours, as in
# [subclassing](making_new_layers_and_models_via_subclassing.md).


# %%
class Waves(layers.Layer):
    def __init__(self, count=16, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def build(self, input_shape):
        self.frequencies = self.add_weight(
            shape=(input_shape[-1], self.count), initializer="random_normal", trainable=False
        )

    def call(self, inputs):
        return ops.sin(ops.matmul(inputs, self.frequencies))


@keras.saving.register_keras_serializable(package="spirals")
def bump(x):
    return ops.exp(-ops.square(x))


wavy = keras.Sequential([keras.Input((2,)), Waves(), layers.Dense(8, activation=bump)])
wavy.save("wavy.keras")
try:
    keras.saving.load_model("wavy.keras")
except TypeError as error:
    message = str(error)
    print(message[message.index("Could not locate") :].split(". ")[0])

# %% [markdown]
# The function is registered, and makes no trouble. For the class there are three ways:
#
# - `custom_objects=` in one call of `load_model()`
# - `keras.saving.custom_object_scope()` for all loading inside a `with` block, also of single
#   objects from their configs
# - `@keras.saving.register_keras_serializable()` above the class, once and for all
#
# The last is best for code that you keep. The `package` in it keeps your names apart from others',
# and goes into the file, as `spirals>Waves`. So register *before* you save. The module with the
# class must also have been imported before you load.

# %%
by_argument = keras.saving.load_model("wavy.keras", custom_objects={"Waves": Waves})
with keras.saving.custom_object_scope({"Waves": Waves}):
    by_scope = keras.saving.load_model("wavy.keras")

# The same as writing the decorator above the class.
keras.saving.register_keras_serializable(package="spirals")(Waves)
wavy.save("wavy.keras")
by_registration = keras.saving.load_model("wavy.keras")
print(keras.saving.get_registered_name(Waves), keras.saving.get_registered_name(bump))

# %% tags=["test"]
assert (compile_config["loss"], unprepared.compiled) == ("sparse_categorical_crossentropy", True)
assert keras.saving.get_registered_object("spirals>Waves") is Waves
for loaded in (by_argument, by_scope, by_registration):
    assert isinstance(loaded.layers[0], Waves)
    assert loaded.layers[1].activation is bump
    assert all(map(np.array_equal, loaded.get_weights(), wavy.get_weights()))

# %% [markdown]
# ## Layers that save in their own way {#layers-that-save-in-their-own-way}
#
# Sometimes arguments and input shape do not determine a layer. The next one computes distances to
# landmarks, and learns of these only from `set_landmarks()`. Three pairs of methods help it:
#
# - `get_build_config()` and `build_from_config()`: what it takes to make the weights. Here that is
#   the shape of the weight, with one row per landmark. `__init__()` does not know how many there
#   will be.
# - `save_own_variables()` and `load_own_variables()`: what goes into the HDF5 file. By default
#   these are the weights under the names `0`, `1` and so on. We choose a name that tells more.
# - `save_assets()` and `load_assets()`: files of any kind, in a folder that is the layer's own. We
#   write the names of the landmarks to a text file.


# %%
@keras.saving.register_keras_serializable(package="spirals")
class Landmarks(layers.Layer):
    def set_landmarks(self, table):
        self.landmark_names = list(table)
        self.make_weight([len(table), 2])
        self.positions.assign(list(table.values()))

    def make_weight(self, shape):
        self.positions = self.add_weight(shape=shape, trainable=False, name="positions")
        self.built = True

    def build(self, input_shape):
        raise ValueError("Call `set_landmarks()` first.")

    def call(self, inputs):
        offsets = ops.expand_dims(inputs, axis=1) - self.positions
        return ops.sqrt(ops.sum(ops.square(offsets), axis=-1))

    def get_build_config(self):
        return {"shape": list(self.positions.shape)}

    def build_from_config(self, config):
        self.make_weight(config["shape"])

    def save_own_variables(self, store):
        store["positions"] = ops.convert_to_numpy(self.positions)

    def load_own_variables(self, store):
        self.positions.assign(store["positions"])

    def save_assets(self, dir_path):
        pathlib.Path(dir_path, "names.txt").write_text("\n".join(self.landmark_names))

    def load_assets(self, dir_path):
        self.landmark_names = pathlib.Path(dir_path, "names.txt").read_text().split("\n")


landmarks = Landmarks(name="landmarks")
landmarks.set_landmarks({"harbour": (0.0, 0.0), "mill": (3.0, 4.0), "tower": (0.0, 2.0)})
keras.Sequential([keras.Input((2,)), landmarks, layers.Dense(1)]).save("places.keras")

places = keras.saving.load_model("places.keras")
distances = ops.convert_to_numpy(places.layers[0](np.zeros((1, 2))))
print(dict(zip(places.layers[0].landmark_names, distances[0].tolist(), strict=True)))
print([name for name in zipfile.ZipFile("places.keras").namelist() if "assets" in name])

# %% tags=["test"]
assert places.layers[0].landmark_names == ["harbour", "mill", "tower"]
assert np.allclose(distances, [[0, 5, 2]], atol=1e-2)
with zipfile.ZipFile("places.keras").open("model.weights.h5") as member, h5py.File(member) as store:
    assert store["layers/landmarks/vars/positions"].shape == (3, 2)

# %% [markdown]
# ## Safe mode: lambdas are refused {#safe-mode}
#
# There is one case in which code does go into the file: a Python `lambda`, whose bytecode is
# stored. That code could do anything on your machine, so `load_model()` refuses the file. For a
# file that you trust, pass `safe_mode=False`. Better still, avoid lambdas: bytecode may not run on
# another version of Python, and it sees neither your imports nor your other functions. A registered
# function, or a layer class, has none of these faults.

# %%
doubling = keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x * 2)])
doubling.save("doubling.keras")
try:
    keras.saving.load_model("doubling.keras")
except ValueError as error:
    print(str(error).split(". ")[0])

trusted = keras.saving.load_model("doubling.keras", safe_mode=False)
print(trusted.predict(np.ones((1, 2)), verbose=0))

# %% [markdown]
# ## Moving to another backend {#moving-to-another-backend}
#
# Nothing in config and weights belongs to a backend, as long as your own classes compute with
# `keras.ops`. So a model may be trained with one backend and used with another. Load it with
# `compile=False` and compile it anew. The stored arguments of `compile()` may fit only the backend
# that wrote them: `jit_compile` is stored as that backend chose it, and PyTorch has optimizer
# classes of its own.
#
# A process has one backend, so we start a second process with another one:

# %% tags=["varies"]
program = """
import keras, numpy as np

model = keras.saving.load_model("spirals.keras", compile=False)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
np.save("elsewhere.npy", model.predict(np.load("points.npy"), verbose=0))
print("predicted with", keras.backend.backend())
"""
np.save("points.npy", points)
other = "torch" if keras.backend.backend() == "jax" else "jax"
environment = {**os.environ, "KERAS_BACKEND": other}
finished = subprocess.run(
    [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
)
print(finished.stdout.strip())
elsewhere = np.load("elsewhere.npy")
print("same predictions:", np.allclose(elsewhere, predictions, atol=1e-4))

# %% tags=["test"]
assert "code" in str(doubling.layers[0].get_config()["function"])
assert np.array_equal(trusted.predict(np.ones((1, 2)), verbose=0), [[2, 2]])
assert finished.stdout.strip() == f"predicted with {other}"
assert other != keras.backend.backend()
assert "jit_compile" in compile_config
own_module = compile_config["optimizer"]["module"]
assert ("torch" in own_module) == (keras.backend.backend() == "torch")
assert elsewhere.shape == (1024, 2)
assert np.allclose(elsewhere, predictions, atol=1e-3)

# %% [markdown]
# ## Where to go next {#where-to-go-next}
#
# - [`model.export()`](https://keras.io/api/models/model_saving_apis/export/) writes a model for use
#   without Keras, for instance as ONNX; which formats there are depends on the backend
# - [callbacks](writing_your_own_callbacks.md) can save the model during training, as
#   [`ModelCheckpoint`](https://keras.io/api/callbacks/model_checkpoint/) does
# - [subclassing](making_new_layers_and_models_via_subclassing.md) has more on classes with configs
# - the reference of
#   [serialization](https://keras.io/api/models/model_saving_apis/serialization_utils/)
