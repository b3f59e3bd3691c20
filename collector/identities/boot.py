"""Identities of boot times and of memory footprints."""

from collector.identities.printed import Numbers, Problem
from collector.words import say

PARTS = ("firmware_s", "loader_s", "kernel_s", "initrd_s", "userspace_s")
_MILLISECOND = 0.001
_PAGE_KB = 4


def boot_sum(numbers: Numbers) -> list[Problem]:
    """The parts of a boot add up to its total.

    Systemd cuts each to whole milliseconds, so they may differ by one for each part. Numbers
    that were rounded further by hand have their own, larger step.
    """
    total = numbers.get("total_s")
    parts = {name: numbers[name] for name in PARTS if name in numbers}
    if total is None or not {"kernel_s", "userspace_s"} <= parts.keys():
        return []
    room = sum(max(part.step, _MILLISECOND) for part in parts.values())
    room += max(0.0, total.step - _MILLISECOND)
    added = sum(part.value for part in parts.values())
    if abs(added - total.value) <= room + 1e-9:
        return []
    words = " + ".join(f"{name[:-2]} {_seconds(part.value)}" for name, part in parts.items())
    return [
        Problem(
            "total_s",
            say(
                "{words} = {sum}, but the total says {total}: the difference of {difference} is"
                " more than rounding",
                words=words,
                sum=_seconds(added),
                total=_seconds(total.value),
                difference=_seconds(abs(added - total.value)),
            ),
        )
    ]


def _seconds(value: float) -> str:
    return f"{value:.3f} s"


def footprint_order(numbers: Numbers) -> list[Problem]:
    """RSS ≤ size, dirty ≤ RSS, PSS ≤ RSS."""
    names = {"size_kb": "size", "rss_kb": "RSS", "dirty_kb": "dirty", "pss_kb": "PSS"}
    problems = []
    for small, large in (("rss_kb", "size_kb"), ("dirty_kb", "rss_kb"), ("pss_kb", "rss_kb")):
        if small in numbers and large in numbers and numbers[small].low > numbers[large].high:
            problems.append(
                Problem(
                    small,
                    say(
                        "{small} ({a:.0f} kB) is greater than {large} ({b:.0f} kB), of which it"
                        " is a part",
                        small=names[small],
                        a=numbers[small].value,
                        large=names[large],
                        b=numbers[large].value,
                    ),
                )
            )
    return problems


def whole_pages(numbers: Numbers) -> list[Problem]:
    """`pmap` counts pages of 4 KiB, so every size of it is a multiple of 4."""
    problems = []
    for name in ("size_kb", "rss_kb", "dirty_kb"):
        if name not in numbers or numbers[name].step > 1 or not numbers[name].value % _PAGE_KB:
            continue
        value = numbers[name].value
        hint = say("a digit is wrong") if value == int(value) else say("is it in MB?")
        problems.append(
            Problem(
                name,
                say(
                    "{value:.10g} kB is no multiple of {page}, but pmap counts pages of"
                    " {page_kb} kB: {hint}",
                    value=value,
                    page=_PAGE_KB,
                    page_kb=_PAGE_KB,
                    hint=hint,
                ),
            )
        )
    return problems
