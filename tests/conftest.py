"""Lets tests import the helpers beside them, and the lab host's runner."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The checkout comes first: beside `tests/collector`, the package `collector` must be found.
for folder in (HERE.parent / "roles/measure/files", HERE / "runner", HERE, HERE.parent):
    sys.path.insert(0, str(folder))
