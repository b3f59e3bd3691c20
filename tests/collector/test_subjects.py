"""Every subject says everything about itself, and a new one is one module."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import report_logs

from collector.metrics import METRICS
from collector.parsers import parse_log
from collector.plan.load import load_plan, validator
from collector.plan.project import find_plan
from collector.plan.schedule import HARDWARE
from collector.subjects import REPORTED, SUBJECTS, Subject, of_tool
from collector.subjects.boot import BOOT
from collector.subjects.parts.metric import PERCENTILE
from collector.words import Message
from collector.words.catalogue import forms

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data" / "logs"
EVERY = pytest.mark.parametrize("subject", SUBJECTS.values(), ids=list(SUBJECTS))
PLAN = load_plan(find_plan("report"))[0]


def test_the_report_has_its_seven_in_its_order() -> None:
    """Tables of the course's report keep their numbers, whatever is added."""
    assert [SUBJECTS[name].table.number for name in REPORTED] == [1, 3, 5, 7, 9, 11, 12]
    assert tuple(SUBJECTS)[: len(REPORTED)] == REPORTED


@pytest.mark.parametrize("part", [field.name for field in fields(Subject)])
def test_a_part_that_is_missing_is_an_error(part: str) -> None:
    """There are no defaults: a module that forgets a part cannot be imported."""
    given = {field.name: getattr(BOOT, field.name) for field in fields(Subject)}
    del given[part]
    with pytest.raises(TypeError, match=part):
        Subject(**given)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"name": "Boot time"}, "no name for a folder"),
        ({"formats": {"blame": BOOT.formats["blame"]}}, "no format"),
        ({"metrics": BOOT.metrics[1:]}, "unknown metrics: .*kernel_s"),
        ({"headline": ()}, "answer about nothing"),
        ({"headline": ("target_s",)}, "not compared"),
        ({"texts": replace(BOOT.texts, more={})}, "no words for headings"),
    ],
)
def test_parts_that_do_not_fit_are_an_error(changed: dict[str, Any], fault: str) -> None:
    """A metric without a unit, a heading without words: never an empty place in a report."""
    with pytest.raises(ValueError, match=f"subject .*: .*{fault}"):
        replace(BOOT, **changed)


@EVERY
def test_its_part_of_a_plan_is_a_schema_and_commands(subject: Subject) -> None:
    """Its keys are asked for, and each command is one for a log that a table shows or explains."""
    schema = validator().schema
    assert isinstance(schema, dict)
    assert subject.plan.schema.keys() <= schema["properties"].keys()
    assert set(subject.plan.required) <= set(schema["required"])
    steps = list(subject.plan.steps(PLAN, HARDWARE)) if subject.plan.count(PLAN) else []
    for step in steps:
        assert step.command
        assert step.where in {"guest", "host"}
        assert subject.case(step.case) or subject.explains(step.case)
        assert subject.plan.measuring(PLAN, HARDWARE, step.case) >= 0


@EVERY
def test_its_logs_are_read_by_the_parser_it_names(subject: Subject) -> None:
    """Among the real logs is one of each of its formats, and its metrics are those it names."""
    named = {metric.name for metric in subject.metrics}
    for case, known in subject.formats.items():
        runs = [
            run
            for path in sorted(DATA.rglob("*"))
            if path.suffix in {".log", ".txt"}
            for run in parse_log(path.read_bytes())
            if run.outcome == "ok" and (run.parser, run.tool) == (known.parser, known.tool)
        ]
        assert runs, (subject.name, case)
        for run in runs:
            assert {value.metric.partition("[")[0] for value in run.values} <= named
        assert of_tool(known.tool) is not None


@EVERY
def test_what_is_compared_has_a_unit_and_a_direction(subject: Subject) -> None:
    """Better and worse are said of each answer."""
    for name in subject.compared:
        known = METRICS["latency_p95_ms" if name == PERCENTILE else name]
        assert known.unit
        assert known.higher_is_better is not None


@EVERY
def test_its_words_are_there_in_both_languages(subject: Subject) -> None:
    """Captions, sheet, quantity, headings, titles of charts."""
    for key, words in subject.texts.by_key(subject.name).items():
        assert isinstance(words, Message)
        if words.form:
            assert (words.context, words.form) in forms("zh"), key
        if key.startswith("chart "):
            assert not words.form.endswith(")") or "median" in words.form, "the unit follows it"
    assert "{number}" in subject.texts.caption.form
    assert "{vmm}" in subject.texts.caption.form


def test_one_key_of_words_means_one_thing() -> None:
    """Subjects may share a heading; two that say different things by one key may not."""
    known: dict[str, Message] = {}
    for subject in SUBJECTS.values():
        for key, words in subject.texts.by_key(subject.name).items():
            assert known.setdefault(key, words) == words, key


NEW = '''
"""How late a thread of the guest wakes up."""
import re
from collector.identities.printed import Problem
from collector.subjects.parts.folder import no_problems, nothing, nothing_derived
from collector.subjects.parts.looks import Chart, PerCase, Table, Texts
from collector.subjects.parts.metric import Metric
from collector.subjects.parts.model import Case, Format, Read, Reader, Subject, UnreadableError
from collector.subjects.parts.plan import PlanPart, Step
from collector.words import quoted, say

_LINE = re.compile(r"woken (\\d+) us late on average, (\\d+) us at most")

def _read(lines):
    found = _LINE.fullmatch(lines[0][1].strip())
    if not found:
        raise UnreadableError(quoted("cut off"), lines[0][0])
    numbers = zip(("late_avg_us", "late_max_us"), map(float, found.groups()))
    return [Read(name, number, lines[0][0]) for name, number in numbers], 1

def _identities(numbers, log):
    if numbers["late_avg_us"].value <= numbers["late_max_us"].value:
        return []
    return [Problem("late_avg_us", say("the average is above the maximum"))]

def _case(case):
    return Case(float(case.removeprefix("sleep-")), (float(case.removeprefix("sleep-")),))

def _steps(plan, costs):
    for sleep in plan.parts["wakeup"]["sleeps"]:
        yield Step(f"sleep-{sleep}", ["wakeup", f"--sleep={sleep}"], seconds=5.0)

SUBJECTS = (Subject(
    name="wakeup-delay",
    plan=PlanPart(
        schema={"wakeup": {"type": "object", "additionalProperties": False, "required": ["sleeps"],
            "properties": {"sleeps": {"type": "array", "items": {"$ref": "#/$defs/count"}}}}},
        required=(),
        count=lambda plan: plan.repetitions if "wakeup" in plan.parts else 0,
        steps=_steps,
        measuring=lambda plan, costs, case: 5.0,
        faults=nothing,
    ),
    formats={"": Format("wakeup", "wakeup", reader=Reader(_LINE.match, _read))},
    metrics=(Metric("late_avg_us", "us", "average delay", False),
             Metric("late_max_us", "us", "longest delay", False)),
    compared=("late_avg_us", "late_max_us"),
    headline=("late_avg_us",),
    derived=nothing_derived,
    identities=_identities,
    details=no_problems,
    strays=nothing,
    case=_case,
    idle=nothing,
    unaffected_by=(),
    table=Table(None, PerCase("sleep", (("late avg", "late_avg_us"), ("late max", "late_max_us")))),
    charts=(Chart("late", ("late_avg_us",)),),
    texts=Texts(
        caption=say("Table {number} {vmm} delay of waking up"),
        sheet=say("Wake-up"),
        title=say("Delay of waking up"),
        quantity=say("Average delay (us)"),
        axis=say("Sleep (us)"),
        more={"sleep": say("Sleep (us)"), "late avg": say("Average delay (us)"),
              "late max": say("Longest delay (us)"), "chart late": say("Wake-up delay")},
    ),
    cited=(),
),)
'''
CHINESE = {
    "Delay of waking up": "唤醒延迟",
    "Table {number} {vmm} delay of waking up": "表 {number} {vmm} 唤醒延迟",
    "Wake-up": "唤醒",
}


@pytest.fixture(scope="module")
def with_a_new_subject(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the collector to which one module, and its Chinese words, were added."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "collector", tree / "collector", ignore=shutil.ignore_patterns("__py*"))
    for folder in ("inventory", "playbooks", "roles"):
        (tree / folder).symlink_to(ROOT / folder)
    (tree / "collector" / "subjects" / "wakeup.py").write_text(NEW)
    with (tree / "collector" / "words" / "zh.po").open("a", encoding="utf-8") as catalogue:
        for english, chinese in CHINESE.items():
            catalogue.write(f'\nmsgid "{english}"\nmsgstr "{chinese}"\n')
    host = tree / "results" / "run" / "host"
    report_logs.write_report_results(host, repetitions=2)
    for vmm, factor in (("stratovirt", 1), ("qemu", 2)):
        for case in (100, 1000):
            for repetition in range(1, 13):
                late = (20 + repetition) * factor
                path = f"{vmm}/wakeup-delay/sleep-{case}/{repetition:02}.log"
                report_logs.write_log(
                    host, path, f"woken {late} us late on average, {9 * late} us at most\n"
                )
    return tree


def vmmlab(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the collector in `tree`."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "collector", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


def texts(path: Path) -> dict[str, list[str]]:
    """Return what stands on each sheet of a workbook."""
    return {
        sheet.title: [str(cell) for row in sheet.values for cell in row if cell is not None]
        for sheet in openpyxl.load_workbook(path).worksheets
    }


def test_a_new_subject_is_in_the_whole_report(with_a_new_subject: Path) -> None:
    """Its tables, its answer, its charts, its page: nothing says that there is nothing."""
    tree = with_a_new_subject
    done = vmmlab(tree, "report", "results/run", "-o", "report.xlsx")
    assert "Traceback" not in done.stderr, done.stderr
    sheets = texts(tree / "report.xlsx")
    captions = [text for text in sheets["唤醒"] if text.startswith("表")]
    assert captions == ["表 14 StratoVirt 唤醒延迟", "表 15 QEMU 唤醒延迟"]
    assert "42" in sheets["唤醒"]
    overview = sheets["概览"]
    answer = overview[overview.index("唤醒延迟") :][8]
    assert answer.startswith("StratoVirt 是 QEMU 的 0.5 倍（更好）；2 个用例的几何平均")  # noqa: RUF001
    assert "Wake-up delay (us)" in sheets["图表"]
    page = (tree / "report.html").read_text(encoding="utf-8")
    assert 'id="wakeup-delay"' in page
    assert "表 15 QEMU 唤醒延迟" in page
    samples = (tree / "samples.csv").read_text(encoding="utf-8")
    assert len(re.findall(r",wakeup-delay,sleep-1000,\d+,late_max_us,", samples)) == 2 * 12


def test_a_new_subject_is_read_planned_and_checked(with_a_new_subject: Path) -> None:
    """Parse, plan, compare and check know it by itself."""
    tree = with_a_new_subject
    host = "results/run/host/qemu/wakeup-delay"
    (read,) = json.loads(vmmlab(tree, "parse", f"{host}/sleep-100/01.log", "--json").stdout)
    assert read["values"] == {"late_avg_us": 42.0, "late_max_us": 378.0}
    (tree / "p.yml").write_text(
        (ROOT / "inventory" / "plans" / "quick.yml").read_text() + "wakeup: {sleeps: [100]}\n"
    )
    planned = json.loads(vmmlab(tree, "plan", "./p.yml", "--json").stdout)
    steps = [step for block in planned["blocks"] for step in block["measurements"]]
    assert ["wakeup", "--sleep=100"] in [step["command"] for step in steps]
    (tree / "p.yml").write_text((tree / "p.yml").read_text().replace("sleeps", "sleep"))
    assert "p.yml" in vmmlab(tree, "plan", "./p.yml").stderr
    compared = vmmlab(tree, "compare", "results/run:stratovirt", "results/run:qemu").stdout
    assert "wakeup-delay/sleep-100 late_avg_us (12, 12)" in compared
    wrong = tree / host / "sleep-100" / "13.log"
    wrong.write_text("woken 9 us late on average, 3 us at most\n")
    try:
        checked = vmmlab(tree, "check", "results/run").stdout
    finally:
        wrong.unlink()
    assert "the average is above the maximum" in " ".join(checked.split())


def test_a_module_that_names_no_subject_is_an_error(with_a_new_subject: Path) -> None:
    """It would be measured, and seen nowhere."""
    module = with_a_new_subject / "collector" / "subjects" / "forgotten.py"
    module.write_text('"""Nothing."""\n')
    try:
        done = vmmlab(with_a_new_subject, "parse", "--help")
    finally:
        module.unlink()
    assert done.returncode != 0
    assert "forgotten" in done.stderr


def test_a_number_of_memory_is_no_number_of_the_disk() -> None:
    """A log in a folder of the disk whose files were opened without O_DIRECT is told so."""
    log = SimpleNamespace(
        case="rndrd",
        tool="sysbench-fileio",
        numbers={"threads": 1.0, "file_block_size_bytes": 4096.0},
        words={"file_test_mode": "rndrd", "file_extra_flags": "none"},
        seconds=12.0,
    )
    disk = SUBJECTS["disk-latency"]
    (stray,) = disk.strays(log, {})
    assert (stray.metric, stray.sure) == ("file_extra_flags", True)
    log.words["file_extra_flags"] = "directio"
    assert list(disk.strays(log, {})) == []
    plan = load_plan(find_plan("compare"))[0]
    for name in ("disk-latency", "disk-throughput", "disk-iops"):
        for step in SUBJECTS[name].plan.steps(plan, HARDWARE):
            assert "--file-extra-flags=direct" in step.command
    for name in ("fileio-latency", "fileio-throughput", "fileio-iops"):
        for step in SUBJECTS[name].plan.steps(plan, HARDWARE):
            assert "--file-extra-flags=direct" not in step.command
