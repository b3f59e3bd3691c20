"""The control of a run: one VMM measured as two sides under two names, which must not differ."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from collector.labels import Language, in_words
from collector.report.answers import Answer
from collector.results import Collection


def controls_of(collection: Collection) -> dict[str, str]:
    """Return the name of each control, and of the VMM that it is held against, by the records."""
    named: dict[str, str] = {}
    for run in collection.runs:
        entries = run.meta.get("vmm_entries")
        records = [entry for entry in entries if isinstance(entry, Mapping)] if entries else []
        named |= {str(one["name"]): str(one["control_of"]) for one in records if _is_control(one)}
        for vmm in (vmm for host in run.hosts for vmm in host.vmms):
            if _is_control(vmm.meta):
                named[vmm.name] = str(vmm.meta["control_of"])
    return named


def _is_control(record: Mapping[str, object]) -> bool:
    return bool(record.get("control_of"))


def with_failed_control(
    answers: Sequence[Answer], of_control: Sequence[Answer], vmm: str, language: Language
) -> tuple[Answer, ...]:
    """Return `answers`, each of which says so where the control was called different."""
    failed = [answer.title for answer in of_control if answer.called]
    if not failed:
        return tuple(answers)
    subjects = in_words(language, "joint").join(failed)
    remark = in_words(language, "control failed in", vmm=vmm, subjects=subjects)
    short = in_words(language, "control failed")
    return tuple(
        replace(
            answer,
            text=in_words(language, "joint").join((answer.text, short)),
            remarks=(remark, *answer.remarks),
        )
        for answer in answers
    )
