"""Action: pack a Python package of the role into one runnable file and copy it to the host.

One file is one transfer: a package of many files would cost a host as many.
Arguments: package (below the role's files), dest.
"""

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

EPOCH = (1980, 1, 1, 0, 0, 0)


def archive(package: Path) -> bytes:
    """Return the package as a zip that Python runs; the same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(package.glob("*.py")):
            inside = path.name if path.name == "__main__.py" else f"{package.name}/{path.name}"
            packed.writestr(zipfile.ZipInfo(inside, EPOCH), path.read_bytes())
    return buffer.getvalue()


class ActionModule(ActionBase):
    """Packs, then does what the action `copy` does."""

    TRANSFERS_FILES = True

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run the action."""
        super().run(tmp, task_vars)
        wanted = {"type": "str", "required": True}
        _, arguments = self.validate_argument_spec({"package": wanted, "dest": wanted})
        package = Path(self._find_needle("files", arguments["package"]))
        with tempfile.NamedTemporaryFile(suffix=".pyz") as file:
            file.write(archive(package))
            file.flush()
            task = self._task.copy()
            task.args = {"src": file.name, "dest": arguments["dest"], "mode": "0644"}
            copy = self._shared_loader_obj.action_loader.get(
                "ansible.builtin.copy",
                task=task,
                connection=self._connection,
                play_context=self._play_context,
                loader=self._loader,
                templar=self._templar,
                shared_loader_obj=self._shared_loader_obj,
            )
            result: dict[str, Any] = copy.run(task_vars=task_vars)
        return result
