"""What every sheet has to say loudly: stand-ins, emulated hosts, VMMs that were left out."""

from typing import Any

from collector.facts import is_emulated, nested_in
from collector.labels import Language, in_words
from collector.results import Host, Run

_LONGEST = 160
"""Characters of a reason; all of it stands in the environment."""


def notices_of(run: Run, host: Host, labels: dict[str, str], language: Language) -> tuple[str, ...]:
    """Return the notices of one host's report, the gravest first."""
    found = [
        in_words(language, "notice stand-in", vmm=labels[vmm.name])
        for vmm in host.vmms
        if vmm.meta.get("stand_in") is True
    ]
    if is_emulated(run, host):
        found.append(in_words(language, "notice emulated", host=host.name))
    elif nested_in(run, host):
        found.append(in_words(language, "notice nested", host=host.name))
    found += [left_out_notice(vmm, reason, language) for vmm, reason in left_out(run.meta).items()]
    return tuple(found)


def left_out_notice(vmm: str, reason: str, language: Language) -> str:
    """Return the notice about a VMM that was left out, short enough for the head of a sheet."""
    if len(reason) > _LONGEST:
        reason = in_words(language, "more in environment", text=reason[:_LONGEST].rstrip())
    return in_words(language, "notice left out", vmm=vmm, reason=reason)


def left_out(meta: dict[str, Any]) -> dict[str, str]:
    """Return VMM name to the reason why the run left it out."""
    recorded = meta.get("left_out")
    if not isinstance(recorded, dict):
        return {}
    return {str(vmm): str(reason) for vmm, reason in recorded.items()}
