"""What native code says while TensorFlow is imported; a made-up module named so stands in for it, in a fresh process."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from guidewright_keras import quiet

IMPORTING = """
import sys
from pathlib import Path
from guidewright_keras import quiet

quiet.install(Path(sys.argv[1]))
try:
    import tensorflow
    print(type(tensorflow.__spec__.loader).__name__, tensorflow.answer)
except RuntimeError as error:
    print("raised", error)
import os
os.write(2, b"said afterwards")
"""


def run(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    (folder / "tensorflow.py").write_text(module, "utf-8")
    command = [sys.executable, "-c", IMPORTING, str(folder / "log")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)


@pytest.mark.parametrize(
    ("end", "said"),
    [("answer = 42", "SourceFileLoader 42"), ("raise RuntimeError('broken')", "raised broken")],
)
def test_native_words_go_to_the_log_while_it_is_imported_and_nowhere_else(
    tmp_path: Path, end: str, said: str
) -> None:
    done = run(tmp_path, f"import os\nos.write(2, b'a native greeting')\n{end}\n")
    assert done.stdout.strip() == said
    assert done.stderr == "said afterwards"
    assert (tmp_path / "log").read_text() == "a native greeting"


def test_what_python_writes_meanwhile_goes_where_python_writes(tmp_path: Path) -> None:
    module = (
        "import io, sys\nkept, sys.stderr = sys.stderr, io.StringIO()\nprint('a warning', file=sys.stderr)\n"
    )
    done = run(tmp_path, f"{module}answer = sys.stderr.getvalue().strip()\nsys.stderr = kept\n")
    assert done.stdout.strip() == "SourceFileLoader a warning"
    assert (tmp_path / "log").read_text() == ""


def test_matplotlib_does_not_announce_its_search_for_fonts_and_says_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quiet.install(tmp_path / "log")
    quiet.install(tmp_path / "log")
    fonts = logging.getLogger("matplotlib.font_manager")
    fonts.warning("Matplotlib is building the font cache; this may take a moment.")
    fonts.warning("findfont: Font family %r not found.", "Nowhere")
    assert [record.getMessage() for record in caplog.records] == [
        "findfont: Font family 'Nowhere' not found."
    ]
