"""The head of a report: which run, which host, which VMMs, how much of it is there."""

from typing import Any

from collector.labels import Language, say
from collector.report.problems import Problem
from collector.tables.host_data import HostData


def about(
    data: HostData, problems: tuple[Problem, ...], language: Language
) -> tuple[tuple[str, str], ...]:
    """Return label and text of each line; what is not recorded is said to be unknown."""
    unknown = say(language, "unknown")
    host = data.host.meta
    outcomes = [source.outcome for source in data.logs.values()]
    lines = [("about run", data.run.name)]
    if data.run.meta:
        lines.append(
            (
                "about time",
                " / ".join(
                    str(data.run.meta.get(name) or unknown) for name in ("started", "finished")
                ),
            )
        )
    machine = [
        str(host[name])
        for name in ("cpu_model", "os", "kernel", "virtualization")
        if host.get(name)
    ]
    lines.append(("about host", f"{data.host.name}: {', '.join(machine) or unknown}"))
    lines += [("about vmm", _vmm(data, number, unknown)) for number in range(len(data.vmms))]
    kinds = [problem.kind for problem in problems]
    lines.append(
        (
            "about logs",
            say(language, "counted logs", good=outcomes.count("ok"), planned=len(outcomes)),
        )
    )
    lines.append(
        (
            "about problems line",
            say(
                language,
                "counted problems",
                missing=kinds.count("missing"),
                contradictions=kinds.count("contradiction"),
                notes=kinds.count("note"),
            ),
        )
    )
    return tuple((say(language, label), text) for label, text in lines)


def _vmm(data: HostData, number: int, unknown: str) -> str:
    vmm = data.vmms[number]
    meta: dict[str, Any] = vmm.meta
    parts = [str(meta.get(name)) for name in ("version", "machine") if meta.get(name)]
    commit = meta.get("commit")
    if isinstance(commit, str) and commit:
        parts.append(commit[:12])
    return f"{data.labels[vmm.name]}: {', '.join(parts) or unknown}"
