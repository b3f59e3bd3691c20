"""Sentences of the checks and comparisons in the language of the report.

They are composed in English where they are found. A sentence that has no Chinese form here stays
English: it says more than no sentence.
"""

# ruff: noqa: RUF001 - Chinese punctuation is meant

import re
from functools import lru_cache

from collector.labels import Language

_FIELD = re.compile(r"\{(\w+)\}")
_SENTENCES = {
    # comparisons
    "{a} and {b} samples cannot show a difference; at least {n} on each side are needed": (
        "{a} 个和 {b} 个样本无法显示差异，每侧至少需要 {n} 个"
    ),
    "{a} and {b} samples cannot show a difference": "{a} 个和 {b} 个样本无法显示差异",
    "no samples of {vmm}": "没有 {vmm} 的样本",
    "{side}: logs without a result, left out: {count}": "{side}：没有结果、未计入的日志 {count} 份",
    "repetition {number} ({value})": "第 {number} 次（{value}）",
    "repetition {number} ({value}), {more}": "第 {number} 次（{value}）、{more}",
    "{count} more": "另有 {count} 个",
    "at least {n} on each side are needed": "每侧至少需要 {n} 个样本",
    "all samples of both sides are 0.00: below the resolution of the tool": (
        "两侧样本都是 0.00，低于工具的分辨率"
    ),
    "measured on an emulated host: its figures show that the chain works and compare nothing": (
        "在模拟的主机上测量：数字只说明流程可用，不能用于比较"
    ),
    "a stand-in, not the real VMM: {vmm}": "测试替身，不是真正的虚拟机监控器：{vmm}",
    "not recorded on both sides: {facts}": "没有在两侧都记录：{facts}",
    "machine types differ: {sides}": "机器类型不同：{sides}",
    "{fact} differs: {sides}": "{fact} 不同：{sides}",
    "test parameter {name} differs: {sides}": "测试参数 {name} 不同：{sides}",
    "tests of different length: {a} s and {b} s": "测试时长不同：{a} s 和 {b} s",
    "each sample is the median of one host": "每个样本是一台主机的中位数",
    "{side}: two modes, around {a} and {b}": "{side}：有两个集中区，约 {a} 和 {b}",
    "{side}: outliers, kept: {which}": "{side}：离群值（保留）：{which}",
    "{side}: drift, rising over the repetitions": "{side}：随重复次数上升",
    "{side}: drift, falling over the repetitions": "{side}：随重复次数下降",
    # checks of one log
    "{words} = {sum}, but the total says {total}: the difference of {difference} is more than"
    " rounding": "{words} = {sum}，而总计写的是 {total}：相差 {difference}，超过舍入误差",
    "{small} ({a} kB) is greater than {large} ({b} kB), of which it is a part": (
        "{small}（{a} kB）大于包含它的 {large}（{b} kB）"
    ),
    "sysbench cannot print a percentile of {value} ms: it prints the middle of a histogram's"
    " bucket, here {low} or {high}": (
        "sysbench 不可能打印出 {value} ms 的百分位数："
        "它打印直方图区间的中点，此处应为 {low} 或 {high}"
    ),
    "{rate} events/s times {latency} ms average latency = {busy} threads at work, but the test has"
    " {threads} (Little's law): {hint}": (
        "{rate} 事件/s × 平均延迟 {latency} ms = {busy} 个线程在工作，而测试只有 {threads} 个"
        "（利特尔法则）：{hint}"
    ),
    "the speed is {times} times too high: is it the total number of events of a test of about"
    " {seconds} s instead of the events per second, or is the latency of a test with more"
    " threads?": (
        "速度高出 {times} 倍：是否把约 {seconds} s 测试的事件总数当成了每秒事件数，"
        "或者延迟来自线程更多的测试？"
    ),
    "the speed or the latency is too high, or the number of threads is another": (
        "速度或延迟太高，或者线程数不是这个"
    ),
    "{events} events in {time} s are {rate} events/s, but the speed says {speed}": (
        "{time} s 内 {events} 个事件即 {rate} 事件/s，而速度写的是 {speed}"
    ),
    "the {a} latency ({x} ms) is greater than the {b} ({y} ms)": (
        "延迟的 {a}（{x} ms）大于 {b}（{y} ms）"
    ),
    "{value} in a {mode} test, where it must be 0": "{mode} 测试中应为 0，却是 {value}",
    "{rate} MiB/s over {requests} requests/s are {bytes} bytes per request; blocks of {block} bytes"
    " in files of {size} bytes make {mean} (sysbench cuts requests at the end of a file)": (
        "{rate} MiB/s 除以 {requests} 次/s 等于每次 {bytes} 字节；"
        "{size} 字节的文件用 {block} 字节的块应为每次 {mean} 字节（sysbench 在文件末尾截断请求）"
    ),
    "{mib} MiB in {time} s are {rate} MiB/s, but the rate says {said} MiB/s": (
        "{time} s 内 {mib} MiB 即 {rate} MiB/s，而速率写的是 {said} MiB/s"
    ),
    # the folder against the log
    "this is a log of {tool}, but the folder is {folder}: {advice}": (
        "这是 {tool} 的日志，却放在 {folder} 目录里：请移到正确的目录，或换成正确的日志"
    ),
    "the log says {found} {unit}, but {folder} means {expected}: its numbers belong to another"
    " case; move the log or measure again": (
        "日志写的是 {found} {unit}，而 {folder} 表示 {expected}："
        "数字属于另一个用例，请移动日志或重新测量"
    ),
    "the log is of a {mode} test ({code}), but lies in the folder {folder}: {advice}": (
        "日志是 {mode}（{code}）测试，却放在 {folder} 目录里：请移到自己的目录"
    ),
    # sides of one host
    "{words} differs in {measurement}: {sides}; the numbers cannot be compared: measure both with"
    " the same command": (
        "{measurement} 中 {words} 不同：{sides}；数字不可比较，请用同样的命令测量两侧"
    ),
    "{fact} differs: {sides}; they are no comparison of VMMs: measure all sides with the same": (
        "{fact} 不同：{sides}；这不是虚拟机监控器之间的比较，请让各侧条件相同"
    ),
    "{fact} differs: {sides}; compare with care": "{fact} 不同：{sides}；比较时请留意",
    "machine type differs: {sides}; a microvm has fewer devices than a standard machine, so part of"
    " a difference is the machine's, not the VMM's": (
        "机器类型不同：{sides}；microvm 的设备比标准机器少，差异有一部分来自机器类型"
    ),
    "byte for byte the same log as {log}: two measurements never end with the same times; one is a"
    " copy, measure it again": (
        "与 {log} 逐字节相同：两次测量不会有完全相同的时间，其中一份是复制的，请重新测量"
    ),
    # notes
    "run.json is missing: plan, order, versions and dates are not known": (
        "缺少 run.json：计划、顺序、版本和日期未知"
    ),
    "host.json is missing: CPU, kernel, clocksource and tuning are not known": (
        "缺少 host.json：CPU、内核、时钟源和调优未知"
    ),
    "vmm.json is missing: version, kernel, image and command line are not known": (
        "缺少 vmm.json：版本、内核、镜像和命令行未知"
    ),
    "an emulated host: its figures show that the chain works and compare nothing": (
        "模拟的主机：数字只说明流程可用，不能用于比较"
    ),
    "a test's stand-in, not the real VMM: its numbers are not this VMM's": (
        "测试替身，不是真正的虚拟机监控器：数字不属于它"
    ),
    "{bare} of {all} logs have no sidecar: their command, time and exit code are not known": (
        "{all} 份日志中 {bare} 份没有附带记录：命令、时间和退出码未知"
    ),
    "{count} boots spend a minute or more in userspace (the first {seconds} s): a unit waits for"
    " something that never comes; {culprit}": (
        "{count} 次启动在用户空间花了一分钟以上（第一次 {seconds} s）："
        "有单元在等待不会出现的东西；{culprit}"
    ),
    "the slowest unit is {unit} with {seconds} s": "最慢的单元是 {unit}，{seconds} s",
    "systemd-analyze blame names it; often systemd-networkd-wait-online": (
        "systemd-analyze blame 会指出它，常见的是 systemd-networkd-wait-online"
    ),
    "a complete result, but the tool ended with exit code {code}": (
        "结果完整，但工具的退出码是 {code}"
    ),
    "ended after {time} s instead of {planned} s: the amount of data was reached first; use a"
    " larger --memory-total-size": (
        "{time} s 就结束了，而不是 {planned} s：数据总量先用完了，请加大 --memory-total-size"
    ),
}
_FACTS = {
    "guest kernel": "客户机内核",
    "guest image": "客户机镜像",
    "boots with an initrd": "是否用 initrd 启动",
    "guest memory (MiB)": "客户机内存 (MiB)",
    "disk format": "磁盘格式",
    "disk cache mode": "磁盘缓存模式",
    "sysbench version": "sysbench 版本",
    "guest clocksource": "客户机时钟源",
    "host CPU": "主机 CPU",
    "host kernel": "主机内核",
    "host clocksource": "主机时钟源",
    "host tuning": "主机调优",
    "file set": "文件集",
}
_BY_HAND = ". The log was changed by hand or put together from two runs: measure again."
_BY_HAND_CHINESE = "。日志被手工改过，或由两次运行拼成：请重新测量。"


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compile the sentences, the longest first: a short one may fit a part of a long one."""
    found = []
    for english in sorted(_SENTENCES, key=len, reverse=True):
        parts = _FIELD.split(english)
        pattern = "".join(
            f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        )
        found.append((re.compile(pattern, re.DOTALL), _SENTENCES[english]))
    return tuple(found)


@lru_cache(maxsize=4096)
def in_language(text: str, language: Language) -> str:
    """Return `text` in `language` as far as its sentences are known."""
    if language == "en":
        return text
    if text.endswith(_BY_HAND):
        sentence = in_language(text.removesuffix(_BY_HAND), language)
        return sentence.removesuffix("。") + _BY_HAND_CHINESE
    words = text.split(", ")
    if ":" not in text and any(word in _FACTS for word in words):
        return "、".join(_FACTS.get(word, word) for word in words)
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(text)
        if match:
            fields = {name: in_language(part, language) for name, part in match.groupdict().items()}
            return chinese.format(**fields)
    return text
