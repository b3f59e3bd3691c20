"""The quantities that logs state: one name each, the unit in the name, the same everywhere.

Each belongs to the subjects whose logs state it (see `collector.subjects`). A name may carry a
unit of systemd in brackets, `blame_s[ssh.service]`: the same quantity once for each of them.
Everything else about it (unit, description, direction) is that of the plain name.
"""

from collector.subjects import SUBJECTS
from collector.subjects.parts.metric import Metric

__all__ = ["METRICS", "Metric", "metric"]

METRICS: dict[str, Metric] = {
    item.name: item for subject in SUBJECTS.values() for item in subject.metrics
}
"""All metrics by name, in the order in which tables and files list them."""


def metric(name: str) -> Metric:
    """Return the metric called `name`, which may carry something in brackets.

    Raises:
        KeyError: no such metric.
    """
    return METRICS[name.partition("[")[0]]
