"""The head of a report: which run, which host, which VMMs, how much of it is there."""

from collections.abc import Sequence

from collector.labels import WORDS, Language, in_words
from collector.report.facts import as_text
from collector.report.problems import Problem
from collector.results import Vmm
from collector.tables.host_data import HostData

_COMMIT_DIGITS = 12


def about(
    data: HostData, problems: tuple[Problem, ...], language: Language
) -> tuple[tuple[str, str], ...]:
    """Return label and text of each line; what is not recorded is said to be unknown."""
    unknown = in_words(language, "unknown")
    host = data.host.meta
    outcomes = [source.outcome for source in data.logs.values()]
    lines = [("about run", data.run.name)]
    if data.run.meta:
        lines.append(
            (
                "about time",
                " – ".join(  # noqa: RUF001
                    str(data.run.meta.get(name) or unknown) for name in ("started", "finished")
                ),
            )
        )
    machine = [
        in_words(language, f"with {name}", text=text) if f"with {name}" in WORDS else text
        for name in ("cpu_model", "cpus", "memory_mib", "os", "kernel", "virtualization")
        if (text := as_text(host.get(name))) not in {"", "none"}
    ]
    lines.append(("about host", f"{data.host.name}: {_listed(machine, language)}"))
    lines += [("about vmm", _vmm(data, vmm, language)) for vmm in data.vmms]
    kinds = [problem.kind for problem in problems]
    lines.append(
        (
            "about logs",
            in_words(language, "counted logs", good=outcomes.count("ok"), planned=len(outcomes)),
        )
    )
    lines.append(
        (
            "about problems line",
            in_words(
                language,
                "counted problems",
                missing=kinds.count("missing"),
                contradictions=kinds.count("contradiction"),
                notes=kinds.count("note"),
            ),
        )
    )
    return tuple((in_words(language, label), text) for label, text in lines)


def _vmm(data: HostData, vmm: Vmm, language: Language) -> str:
    """Say what one VMM is."""
    facts = {name: vmm.meta.get(name) for name in ("version", "machine", "commit")}
    if isinstance(facts["commit"], str):
        facts["commit"] = facts["commit"][:_COMMIT_DIGITS]
    parts = [in_words(language, f"with {name}", text=text) for name, text in facts.items() if text]
    return f"{data.labels[vmm.name]}: {_listed(parts, language)}"


def _listed(parts: Sequence[str], language: Language) -> str:
    return ", ".join(parts) or in_words(language, "unknown")
