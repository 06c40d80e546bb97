"""One guide with all that a reader may meet: formulas, a data frame, figures, a long output and a long line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiny import ROOT, Project, tiny

LINES = 240
FRAME = ROOT / "tests/unit/data/pandas_3.1.1_frame.html"
"""What ``pandas.DataFrame([[0.25, …, 11.25]] * 2, columns=[f"feature_{n}" …])._repr_html_()`` returns."""

BODY = r'''
# %% [markdown]
# ## Mathematics of $L^2$ {#mathematics}
#
# The loss $x_1*x_2*|x|$ falls; a drink costs $5, or $10 for two, and `$HOME` stays. So does \(a < b\).
#
# $$
# \begin{aligned}
# f(x) &= a_0 + a_1 x + a_2 x^2 + a_3 x^3 + a_4 x^4 + a_5 x^5 + a_6 x^6 + a_7 x^7 + a_8 x^8 + a_9 x^9 \\
# &+ \sum_{i=10}^{n} a_i x^i
# \end{aligned}
# $$
#
# - an item with $\sqrt{2}$ and [a link](https://example.org/)
#
# | name | formula |
# | --- | --- |
# | mean | $\frac{1}{n} \sum_i x_i$ |
#
# ## Data {#data}

# %%
import base64
import os

os.environ["FLAVOUR"] = "alpha"


class Shown:
    """What a notebook shows of a pandas data frame, or of a figure."""

    def __init__(self, html="", png=b""):
        self.html, self.png = html, png

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.png:
            return {"image/png": base64.b64encode(self.png).decode(), "text/plain": "<Figure>"}
        return {"text/html": self.html, "text/plain": "a frame"}


# %%
frame = """@FRAME@"""
Shown(html=frame)

# %% alt="A white picture"
import struct
import zlib


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


size = struct.pack(">IIBBBBB", 200, 120, 8, 2, 0, 0, 0)
pixels = zlib.compress((b"\0" + b"\xff\xff\xff" * 150 + b"\x20\x60\xa0" * 50) * 120)
picture = chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
Shown(png=b"\x89PNG\r\n\x1a\n" + picture)

# %% [markdown]
# ## Outputs {#outputs}

# %%
for number in range(240):
    print("epoch", number, "of a training with a long line of numbers " * (3 if number == 7 else 1))

# %% tags=["varies"]
print("the flavour is", os.environ["FLAVOUR"])
'''


@contextmanager
def reading(root: Path) -> Iterator[Project]:
    """Make the project and build its site."""
    with tiny(root, titles={}) as project:
        project.write("reading", "Reading", BODY.replace("@FRAME@", FRAME.read_text("utf-8")))
        project.edit("reading", "# quick: {steps: 2}\n", "")
        done = project.cli("build")
        assert done.code == 0, done.err
        yield project
