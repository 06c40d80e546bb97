"""What runs in a process of its own to try a backend: ``python -m guidewright.doctor.inside ORDER``, ORDER being JSON.

The last line that it writes is JSON with ``device`` and ``device_class``, as the backend's bootstrap reports them.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


def main(text: str) -> None:
    order: dict[str, Any] = json.loads(text)
    bootstrap = importlib.import_module(order["bootstrap"]) if order["bootstrap"] else None
    if bootstrap:
        bootstrap.start({"datasets": [], "home": order["home"]})
    for module in order["modules"]:
        importlib.import_module(module)
    exec(order["probe"], {})
    told = bootstrap.report() if bootstrap else {}
    print(f"\n{json.dumps({key: told.get(key, '') for key in ('device', 'device_class')})}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
