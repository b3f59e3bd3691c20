"""The words people read, in Chinese (as in the report) and in English.

Every key has both languages, so no page can be half translated. Metric names are not here: they
are the same everywhere (see `collector.metrics`).
"""

# ruff: noqa: RUF001 - Chinese punctuation is meant

from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_CAPTIONS = {
    "caption boot": ("表 {number} {vmm} 启动时间情况", "Table {number} {vmm} boot time"),
    "caption memory-footprint": (
        "表 {number} {vmm} 内存占用情况",
        "Table {number} {vmm} memory footprint",
    ),
    "caption sysbench-cpu": (
        "表 {number} {vmm} CPU 性能情况",
        "Table {number} {vmm} CPU performance",
    ),
    "caption sysbench-memory": (
        "表 {number} {vmm} 内存性能情况",
        "Table {number} {vmm} memory performance",
    ),
    "caption fileio-latency": (
        "表 {number} {vmm} 单个队列读写的延迟",
        "Table {number} {vmm} single-queue read and write latency",
    ),
    "caption fileio-throughput": (
        "表 {number} {vmm} 吞吐量",
        "Table {number} {vmm} throughput",
    ),
    "caption fileio-iops": ("表 {number} {vmm} IOPS", "Table {number} {vmm} IOPS"),
    "and": ("{left} 与 {right}", "{left} and {right}"),
}

_HEADERS = {
    "boot number": ("实验次数", "Boot"),
    "firmware_s": ("固件启动时间", "Firmware"),
    "loader_s": ("引导加载器启动时间", "Boot loader"),
    "kernel_s": ("内核启动时间", "Kernel"),
    "initrd_s": ("初始内存盘加载时间", "Initial RAM disk"),
    "userspace_s": ("用户空间启动时间", "Userspace"),
    "total_s": ("总启动时间", "Total"),
    "average": ("平均值", "Average"),
    "footprint number": ("次数", "Run"),
    "size_kb": ("内存段总大小 (KB)", "Mapped size (KB)"),
    "rss_kb": ("RSS (KB)", "RSS (KB)"),
    "dirty_kb": ("Dirty (KB)", "Dirty (KB)"),
    "threads": ("线程数", "Threads"),
    "cpu speed": ("CPU 速度 (事件数/s)", "CPU speed (events/s)"),
    "latency avg": ("平均延迟 (ms)", "Average latency (ms)"),
    "latency max": ("最大延迟 (ms)", "Maximum latency (ms)"),
    "latency percentile": (
        "延迟第 {percentile} 百分位数 (ms)",
        "Latency, percentile {percentile} (ms)",
    ),
    "block size": ("内存块大小 (KB)", "Block size (KB)"),
    "transfer rate": ("传输速率 (MiB/s)", "Transfer rate (MiB/s)"),
    "seq": ("顺序访问", "Sequential access"),
    "rnd": ("随机访问", "Random access"),
    "mode": ("测试方式", "Test mode"),
    "rndrd": ("随机读", "Random read"),
    "rndwr": ("随机写", "Random write"),
    "seqrd": ("顺序读", "Sequential read"),
    "seqwr": ("顺序写", "Sequential write"),
    "rndrw": ("随机读写", "Random read and write"),
    "seqrewr": ("顺序重写", "Sequential rewrite"),
    "throughput": ("吞吐量 (MiB/s)", "Throughput (MiB/s)"),
    "reads": ("读取速率 (次/s)", "Reads per second"),
    "writes": ("写入速率 (次/s)", "Writes per second"),
    "fsyncs": ("文件同步速率 (次/s)", "File syncs per second"),
}

_SHEETS = {
    "sheet overview": ("概览", "Overview"),
    "sheet boot": ("启动时间", "Boot time"),
    "sheet memory-footprint": ("内存占用", "Memory footprint"),
    "sheet sysbench-cpu": ("CPU 性能", "CPU"),
    "sheet sysbench-memory": ("内存性能", "Memory"),
    "sheet fileio-latency": ("IO 延迟", "IO latency"),
    "sheet fileio-throughput": ("IO 吞吐量", "IO throughput"),
    "sheet fileio-iops": ("IOPS", "IOPS"),
    "sheet charts": ("图表", "Charts"),
    "sheet comparison": ("比较", "Comparison"),
    "sheet problems": ("问题", "Problems"),
    "sheet environment": ("环境", "Environment"),
    "sheet samples": ("样本", "Samples"),
    "subject boot": ("启动时间", "Boot time"),
    "subject memory-footprint": ("内存占用", "Memory footprint"),
    "subject sysbench-cpu": ("CPU 性能", "CPU performance"),
    "subject sysbench-memory": ("内存性能", "Memory performance"),
    "subject fileio-latency": ("I/O 速度——单队列读写延迟", "I/O: single-queue latency"),
    "subject fileio-throughput": ("I/O 速度——吞吐量", "I/O: throughput"),
    "subject fileio-iops": ("I/O 速度——IOPS", "I/O: IOPS"),
    "about charts": ("各项目的图表与中位数", "charts of every subject with their medians"),
    "about comparison": ("全部指标的逐项比较", "every metric compared"),
    "about problems": (
        "缺失、矛盾与提示，附单元格和日志",
        "missing, contradictory, noted: cell and log",
    ),
    "about environment": ("主机、内核、版本与差异", "host, kernel, versions, differences"),
    "about samples": ("全部样本及其日志", "all samples and their logs"),
    "title report": ("{vmms} 性能对比", "Performance of {vmms}"),
    "title problems": ("问题（{count} 条）", "Problems ({count})"),
    "title samples": ("样本：{run} / {host}", "Samples: {run} / {host}"),
    "comma": ("{left}、{right}", "{left}, {right}"),
}

_OVERVIEW = {
    "about run": ("运行", "Run"),
    "about time": ("时间", "Time"),
    "about host": ("主机", "Lab host"),
    "number of hosts": ("主机数", "Lab hosts"),
    "about vmm": ("虚拟机监控器", "VMM"),
    "about logs": ("日志", "Logs"),
    "about problems line": ("问题", "Problems"),
    "with version": ("版本 {text}", "version {text}"),
    "with machine": ("机器类型 {text}", "machine {text}"),
    "with commit": ("提交 {text}", "commit {text}"),
    "with cpus": ("{text} 个 CPU", "CPUs: {text}"),
    "with memory_mib": ("内存 {text} MiB", "{text} MiB of memory"),
    "with kernel": ("内核 {text}", "kernel {text}"),
    "with virtualization": ("虚拟化环境 {text}", "inside {text}"),
    "counted logs": (
        "{planned} 个中 {good} 个有结果",
        "{good} of {planned} have a result",
    ),
    "counted problems": (
        "缺失 {missing}，矛盾 {contradictions}，提示 {notes}",
        "{missing} missing, {contradictions} contradictions, {notes} notes",
    ),
    "unknown": ("未知（没有记录）", "unknown (not recorded)"),
    "table number": ("表 {number}", "Table {number}"),
    "contents": ("目录", "Contents"),
    "compared": ("{left} 与 {right} 的比较", "{left} against {right}"),
    "one side only": (
        "只有一个虚拟机监控器：没有可比较的对象。",
        "Only one VMM: there is nothing to compare it with.",
    ),
    "no answers": ("没有共同的项目可比较。", "The two sides have no subject in common."),
    "head subject": ("项目", "Subject"),
    "quantity boot": ("启动时间，自内核开始 (s)", "Boot time, from the kernel's start (s)"),
    "quantity memory-footprint": ("RSS (KB)", "RSS (KB)"),
    "quantity sysbench-cpu": ("CPU 速度 (事件数/s)", "CPU speed (events/s)"),
    "quantity sysbench-memory": ("传输速率 (MiB/s)", "Transfer rate (MiB/s)"),
    "quantity fileio-latency": ("平均延迟 (ms)", "Average latency (ms)"),
    "quantity fileio-throughput": ("吞吐量 (MiB/s)", "Throughput (MiB/s)"),
    "quantity fileio-iops": ("读、写速率 (次/s)", "Reads or writes per second"),
    "see remarks": ("原因见下方“须知”", "see the remarks below"),
    "remarks": ("须知：{text}", "Remark: {text}"),
    "p explained": (
        (
            "除非另有说明，比值是中位数之比，p 值为 Mann-Whitney 检验；"
            "区间由自助法得到，p 值按全部项目数校正（Holm）。"
        ),
        (
            "Where no remark says otherwise: ratio of medians, p by Mann-Whitney."
            " Bootstrap interval; p Holm-corrected for all subjects."
        ),
    ),
    "head quantity": ("指标", "Metric"),
    "head case": ("用例", "Case"),
    "head metric": ("指标", "Metric"),
    "head unit": ("单位", "Unit"),
    "head median left": ("{left} 中位数", "{left} median"),
    "head median right": ("{right} 中位数", "{right} median"),
    "head ratio": ("比值", "Ratio"),
    "head low": ("95% 下限", "95% low"),
    "head high": ("95% 上限", "95% high"),
    "head interval": ("95% 区间", "95% interval"),
    "head p": ("p 值", "p value"),
    "head effect": ("效应量", "Effect size"),
    "head verdict": ("结论", "Verdict"),
    "head remark": ("说明", "Remark"),
    "head answer": ("结论", "Answer"),
    "verdict left lower": ("{left} 较低", "{left} is lower"),
    "verdict left higher": ("{left} 较高", "{left} is higher"),
    "verdict no difference": ("未见差异", "no difference shown"),
    "verdict too few samples": ("样本太少，无法判断", "too few samples to tell"),
    "verdict not comparable": ("不可比较", "not comparable"),
    "verdict one side only": ("只有一侧有数据", "only one side has samples"),
    "doubted": (
        "数字中有 {count} 处矛盾，见“问题”",
        "contradictions among its numbers: {count}, see Problems",
    ),
    "lacking": ("{vmm} 没有 {cases} 的样本", "no samples of {vmm} for {cases}"),
    "answer lower": ("{left} 比 {right} 低 {percent}%", "{left} is {percent}% lower than {right}"),
    "answer higher": (
        "{left} 比 {right} 高 {percent}%",
        "{left} is {percent}% higher than {right}",
    ),
    "answer times": ("{left} 是 {right} 的 {ratio} 倍", "{left} is {ratio} times {right}"),
    "answer better": ("{text}（更好）", "{text} (better)"),
    "answer worse": ("{text}（更差）", "{text} (worse)"),
    "over cases": (
        "{count} 个用例的几何平均，各用例比值 {low} – {high}",
        "geometric mean of {count} cases, whose ratios are {low} – {high}",
    ),
    "no whole": (
        "没有一次重复含有全部用例，或数值低于工具的分辨率",
        "no repetition has all cases, or the numbers are below the resolution of the tool",
    ),
    "joint": ("；", "; "),
}

_LAB = {
    "sheet hosts": ("主机", "Hosts"),
    "sheet spread": ("跨主机", "Across hosts"),
    "about hosts": ("每台主机及其报告", "every host and its own report"),
    "about spread": ("各指标在主机间的中位数与离散", "medians and spread across hosts"),
    "outlier hosts": ("异常主机", "Outlier hosts"),
    "no outliers": ("没有异常主机。", "No host is an outlier."),
    "outlier line": (
        "{host}：{count} 个指标远离其他主机，如 {vmm} {measurement}/{case} {metric}",
        "{host}: {count} metrics far from other hosts, as {vmm} {measurement}/{case} {metric}",
    ),
    "head host": ("主机", "Host"),
    "head hosts": ("主机数", "Hosts"),
    "head report": ("报告", "Report"),
    "head good": ("有结果", "With result"),
    "head planned": ("计划或找到", "Planned or found"),
    "head missing": ("缺失", "Missing"),
    "head contradictions": ("矛盾", "Contradictions"),
    "head median": ("中位数", "Median"),
    "head q1": ("下四分位", "Lower quartile"),
    "head q3": ("上四分位", "Upper quartile"),
    "head lowest": ("最小", "Lowest"),
    "head highest": ("最大", "Highest"),
    "head spread": ("离散", "Spread"),
    "head outliers": ("异常主机", "Outlier hosts"),
    "spread explained": (
        "每台主机以其中位数计；离散 = 四分位距 / 中位数；异常 = 在四分位数外 3 倍四分位距以上。",
        "A host counts by its median; spread: IQR / median; outlier: 3 IQR outside the quartiles.",
    ),
    "written workbook": ("工作簿", "Workbook"),
    "written page": ("网页", "Page"),
    "written csv": ("样本", "Samples"),
}

_NOTICES = {
    "notice stand-in": (
        "注意：{vmm} 是测试替身，不是真正的虚拟机监控器；它的数字只说明流程可用，不能用于比较。",
        "NOTE: {vmm} is a test stand-in, not the real one; its figures compare nothing.",
    ),
    "notice emulated": (
        "注意：主机 {host} 是模拟的（没有硬件虚拟化）；这些数字只说明流程可用，不能用于比较。",
        "NOTE: host {host} is emulated (no virtualisation hardware); its figures compare nothing.",
    ),
    "more in environment": ("{text}…（全文见“环境”）", "{text}... (in full under Environment)"),
    "notice left out": (
        "注意：{vmm} 没有测量，原因：{reason}",
        "NOTE: {vmm} was left out: {reason}",
    ),
}

_PROBLEMS = {
    "kind missing": ("缺失", "missing"),
    "kind contradiction": ("矛盾", "contradiction"),
    "kind note": ("提示", "note"),
    "head kind": ("类别", "Kind"),
    "head cell": ("单元格", "Cell"),
    "head vmm": ("虚拟机监控器", "VMM"),
    "head test": ("测试", "Test"),
    "head repetition": ("次数", "No."),
    "head message": ("内容", "What"),
    "head log": ("日志", "Log"),
    "head line": ("行", "Line"),
    "no problems": ("没有发现问题。", "No problem was found."),
    "why missing": ("计划要测，但没有日志：{reason}", "planned, but there is no log: {reason}"),
    "why absent": (
        "没有这份日志，而其他重复或另一方有",
        "there is no such log, while other repetitions or the other side have one",
    ),
    "why error": ("日志中没有有效结果：{reason}", "the log holds no clean result: {reason}"),
    "why empty": ("日志中没有任何结果：{reason}", "the log holds no result at all: {reason}"),
    "why metric absent": ("日志中没有 {metric}", "the log does not say {metric}"),
    "average of": ("{rows} 次中 {counted} 次的平均值", "mean of {counted} of {rows} values"),
}

_FACTS = {
    "facts run": ("运行", "Run"),
    "facts host": ("主机", "Lab host"),
    "facts vmm": ("虚拟机监控器", "VMMs"),
    "facts blame": (
        "启动最慢的单元（systemd-analyze blame 中位数）",
        "Units slowest to start (systemd-analyze blame, medians)",
    ),
    "no facts": ("没有记录。", "Nothing is recorded."),
    "head fact": ("事实", "Fact"),
    "head value": ("值", "Value"),
    "head differs": ("差异", "Differs"),
    "fact left_out": ("未测量：{vmm}", "left out: {vmm}"),
    "fact tuning": ("调优：{name}", "tuning: {name}"),
    "fact tuned": (
        "原值 {before}，目标 {wanted}，实际 {after}",
        "was {before}, wanted {wanted}, is {after}",
    ),
}

_CHARTS = {
    "own scales": ("各行有各自的刻度", "each row has its own scale"),
    "chart medians": ("图中的中位数", "The medians in the charts"),
    "chart boot phases": ("启动各阶段（中位数）", "Parts of a boot (medians)"),
    "chart boot": ("总启动时间", "Total boot time"),
    "chart rss": ("内存占用 RSS", "Memory footprint RSS"),
    "chart cpu speed": ("CPU 速度", "CPU speed"),
    "chart cpu latency": ("CPU 延迟第 95 百分位数", "CPU latency, 95th percentile"),
    "chart memory seq": ("内存顺序访问", "Memory, sequential access"),
    "chart memory rnd": ("内存随机访问", "Memory, random access"),
    "chart fileio latency": ("I/O 平均延迟", "I/O average latency"),
    "chart fileio longest": ("I/O 最大延迟", "I/O maximum latency"),
    "chart throughput": ("I/O 吞吐量", "I/O throughput"),
    "chart reads": ("IOPS 读取", "IOPS, reads"),
    "chart writes": ("IOPS 写入", "IOPS, writes"),
    "categories boot": ("", ""),
    "categories memory-footprint": ("", ""),
    "categories sysbench-cpu": ("线程数", "Threads"),
    "categories sysbench-memory": ("内存块大小 (KB)", "Block size (KB)"),
    "categories fileio-latency": ("测试方式", "Test mode"),
    "categories fileio-throughput": ("测试方式", "Test mode"),
    "categories fileio-iops": ("测试方式", "Test mode"),
}

WORDS: dict[str, tuple[str, str]] = {
    **_CAPTIONS,
    **_HEADERS,
    **_SHEETS,
    **_OVERVIEW,
    **_LAB,
    **_NOTICES,
    **_PROBLEMS,
    **_FACTS,
    **_CHARTS,
}
"""Key to (Chinese, English); `{fields}` are filled by `say`."""


def say(language: Language, key: str, **fields: object) -> str:
    """Return the text of `key` in `language` with its fields filled.

    Raises KeyError for a key or a field that does not exist: a mistake of the program.
    """
    text = WORDS[key][LANGUAGES.index(language)]
    return text.format(**fields) if fields else text
