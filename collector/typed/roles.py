"""What the headings and row labels of the report's tables mean, in Chinese and in English."""

import re
from collections.abc import Sequence

from collector.typed.names import BOOT, CPU, FOOTPRINT, MEMORY

_ROLES: tuple[tuple[str, str], ...] = (
    ("vmm", r"^(?:虚拟机(?:监控器|监视器|管理器|软件|平台|类型)?|vmm|hypervisor)$"),
    ("vmm", r"^(?:虚拟化(?:平台|软件|方案|技术)|平台|方案|对象|系统)$"),
    ("vmm", r"^(?:性能)?指标$|^项目$|^类别$|^metrics?$|^items?$"),
    ("total_events", r"总事件|事件总数|total (?:number of )?events|^events$"),
    ("latency_sum_ms", r"(?:延迟|时延|延时).*(?:总和|之和|合计)|lat.*\bsum\b|^sum\b"),
    ("fsyncs_per_s", r"fsync|文件同步|同步(?:速率|速度|次数)|file syncs|syncs? per"),
    ("read_mib_per_s", r"^读(?:取|出)?(?!写).*(?:吞吐|带宽|[mgk]i?b/s)"),
    ("read_mib_per_s", r"^read.*(?:throughput|[mgk]i?b/s)"),
    ("written_mib_per_s", r"^写(?:入)?.*(?:吞吐|带宽|[mgk]i?b/s)"),
    ("written_mib_per_s", r"^writ.*(?:throughput|[mgk]i?b/s)"),
    ("initrd_s", r"初始(?:化)?(?:内存盘|ram)|内存盘|initrd|initramfs|ram ?disk"),
    ("userspace_s", r"用户(?:空间|态)|user ?space"),
    ("firmware_s", r"固件|firmware"),
    ("loader_s", r"引导|\bloader"),
    ("kernel_s", r"(?:内核|kernel)(?!.*(?:版本|version|镜像|image|型号|参数))"),
    ("rss_kb", r"\brss\b|常驻|驻留"),
    ("dirty_kb", r"dirty|脏页"),
    ("pss_kb", r"\bpss\b"),
    ("size_kb", r"内存段|总大小|虚拟内存|mapped|kbytes|\bvs[zs]\b|^size"),
    ("block", r"块大小|块尺寸|block ?size"),
    ("latency_p", r"百分位|percentile|\bp\d\d\b|\b\d\d ?(?:th\b|%)|\blat(?:ency)? \d\d\b"),
    ("latency_avg_ms", r"平均(?:响应|请求)?(?:延迟|时延|延时|时间)|^平均$"),
    ("latency_avg_ms", r"(?:延迟|时延|延时).*平均"),
    ("latency_avg_ms", r"(?:avg|average|mean).*lat|lat.*(?:avg|average|mean)|^avg"),
    ("latency_max_ms", r"最[大长](?:延迟|时延|延时)|(?:延迟|时延|延时).*最大"),
    ("latency_max_ms", r"max.*lat|lat.*max|^max"),
    ("latency_max_ms", r"^最大(?: ?\(\w+\))?$"),
    ("latency_min_ms", r"最[小短](?:延迟|时延|延时)|(?:延迟|时延|延时).*最小"),
    ("latency_min_ms", r"min.*lat|lat.*min|^min"),
    ("latency_min_ms", r"^最小(?: ?\(\w+\))?$"),
    ("events_per_second", r"cpu ?(?:速度|speed|速率)|事件数|events?(?: ?/| per)|\beps\b"),
    ("events_per_second", r"事件 ?/|每秒事件"),
    ("mode", r"(?:测试|读写|访问|i/?o) ?(?:方式|模式|类型|项)|test ?mode|^mode|^模式"),
    ("index", r"实验次数|^次数|^第几?次$|序号|编号|轮次|测试次数|^次$"),
    ("index", r"^#$|^no\.?$|^boot$|^runs?$|^run ?(?:id|no\.?|#|number)$|^index$|^n$"),
    ("index", r"^[组轮样]别?$|^样本$|^编?号$|^test(?: no\.?| #| run)?$"),
    ("index", r"^(?:trial|round|rep(?:etition|eat)?|sample|iteration)$"),
    ("threads", r"线程|^threads?\b(?!-\d)|number of threads"),
    ("reads_per_s", r"^读取?$"),
    ("writes_per_s", r"^写入?$"),
    ("reads_per_s", r"读取? ?(?:速率|速度|次数|iops|操作)|iops.*读|^reads?\b|read ?iops"),
    ("writes_per_s", r"写入? ?(?:速率|速度|次数|iops|操作)|iops.*写|^writes?\b|write ?iops"),
    ("operations", r"^iops\b|\biops$|每秒(?:操作|请求)|^(?:ops|requests)(?:/s| per)"),
    ("seq", r"^顺序|sequential|^seq"),
    ("rnd", r"^随机|random|^rnd"),
    ("rate", r"传输(?:速率|速度)|吞吐|throughput|transfer|带宽|bandwidth|[mgk]i?b/s"),
    ("rate", r"内存(?:读写)?速[率度]"),
    ("boot_s", r"(?:启动|开机)(?:总)?(?:时间|耗时|用时)|(?:boot|start-?up)(?:ing)? ?time"),
    ("total_s", r"^总(?!分|评|成绩|操作|传输|数据|请求|内存|大小|量|次|读|写|字节|容量|线程)|合计"),
    ("total_s", r"\btotal\b(?! (?:op|number|req|data|trans|mem|size|bytes|mib|kb|read|writ))"),
)  # fmt: skip
"""First match wins: a narrow meaning stands before a wide one."""
LABELS = ("vmm", "index", "threads", "block", "mode")
"""Roles of the columns before the numbers."""
_PATTERNS = tuple((role, re.compile(pattern)) for role, pattern in _ROLES)
_LONGEST_HEADING = 48
CAPTION = re.compile(r"^(?:表|table|tab\.?)\s*\d+", re.IGNORECASE)
_CAPTION_OF = re.compile(
    r"^(?:表|table)\s*\d+\s+(.+?)\s+"
    r"(?:启动时间|内存占用|cpu|内存性能|单个队列|吞吐|iops|boot|memory|single|throughput)",
    re.IGNORECASE,
)
_PLAIN_NAMES = ("stratovirt", "qemu", "qemu microvm", "qemu_microvm", "qemu-microvm")
_VMM = re.compile(
    r"stratovirt|qemu(?:[ _-]*(?:的)?[ _-]*\(?microvm\)?)?|firecracker|cloud[ _-]?hypervisor"
    r"|crosvm|virtualbox|vmware|bhyve"
)
_AVERAGE = re.compile(r"平均|均值|average|\bavg\b|\bmean\b", re.IGNORECASE)
_OTHER_MEAN = re.compile(
    r"几何|调和|加权|截尾|去(?:掉|除)|剔除|排除|除去|舍去|不[含计]|有效|geo|harmonic|trimmed|weighted"
    r"|\bexcl|\bvalid|\bwithout\b|\bw/o\b|outlier",
    re.IGNORECASE,
)
"""A mean of some of the numbers above it, or of another kind."""
DERIVED = re.compile(
    r"提[升高]|下降|降低|增[幅长加]|减少|节[省约]|损[耗失]|差[值异距]|倍数|之比|占比|比[值率例]|百分比"
    r"|归一|相对|加速比|效率|排[名序]|名次|更[快优好低高]|胜出|(?<!\d)(?<!\d )%"
    r"|speed-?up|improve|\bgain\b|normali[sz]ed|percentage|\bratio\b|\brelative\b|\brank|faster|slower|better|winner|\bdelta\b"
    r"|\bdiff|[δ△]",
    re.IGNORECASE,
)
"""A column of what was calculated from others: how much faster one side is."""
_STATISTICS = (
    ("max", re.compile(r"^最[大高](?:值)?$|最[大高]值|^max(?:imum)?\b", re.IGNORECASE)),
    ("min", re.compile(r"^最[小低](?:值)?$|最[小低]值|^min(?:imum)?\b", re.IGNORECASE)),
    (
        "other",
        re.compile(
            r"标准差|方差|中位|合计|总计|极差|变异|波动|差[值异]|提升|倍数|比值|误差"
            r"|median|\bstd|stdev|deviation|variance|^sum\b|^total$|^range$|^cv\b|^ratio|^diff",
            re.IGNORECASE,
        ),
    ),
)
SUBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (BOOT, r"启动|开机|\bboot|start-?up|systemd-analyze"),
        (FOOTPRINT, r"内存(?:占用|开销|消耗)|footprint|pmap|\brss\b|常驻"),
        ("fileio", r"fileio|(?<!\w)i/?o(?!\w)|磁盘|硬盘|文件|iops|disk|fsync"),
        ("fileio", r"随机读|随机写|顺序读|顺序写"),
        ("fileio", r"(?:random|sequential|rand|seq) ?(?:read|write)"),
        ("fileio", r"rnd(?:rd|wr|rw)|seq(?:rd|wr|rewr)"),
        (CPU, r"cpu|处理器|质数|素数|\bprime|事件数"),
        (MEMORY, r"内存|\bmemory|\bmem\b|\bram\b"),
    )
)  # fmt: skip
"""Words of titles and what they say a table is about; the first that fits."""
_MODES: tuple[tuple[str, str], ...] = (
    ("rndrw", r"随机(?:混合)?读写|rndrw|random (?:r/w|read[ /]*(?:and |& ?)?write|mixed)"),
    ("seqrewr", r"顺序(?:重写|改写)|seqrewr|(?:sequential|seq) ?rewrite"),
    ("rndrd", r"随机读|rndrd|(?:random|rand|rnd)[ -]?(?:read|rd)"),
    ("rndwr", r"随机写|rndwr|(?:random|rand|rnd)[ -]?(?:write|wr)"),
    ("seqrd", r"顺序读|seqrd|(?:sequential|seq)[ -]?(?:read|rd)"),
    ("seqwr", r"顺序写|seqwr|(?:sequential|seq)[ -]?(?:write|wr)"),
)
_MODE_PATTERNS = tuple((mode, re.compile(pattern)) for mode, pattern in _MODES)


def metric_of(title: str) -> str | None:
    """Return the metric that a title names, beside whatever else it says."""
    return role_of(title, (*LABELS, "seq", "rnd"))


def role_of(text: str, but: Sequence[str] = ()) -> str | None:
    """Return what a heading means: a metric, a label, `rate`, `seq`, `rnd`; None for others."""
    low = text.lower().replace("_", " ")
    if not low or len(low) > _LONGEST_HEADING or CAPTION.match(low) or "sysbench" in low:
        return None
    for role, pattern in _PATTERNS:
        if role not in but and pattern.search(low):
            if role == "latency_p":
                found = re.search(r"\d\d", low)
                return f"latency_p{found[0] if found else 95}_ms"
            return role
    return None


def vmms_in(text: str) -> list[str]:
    """Return the VMMs a text names, in its order."""
    found = []
    for match in _VMM.finditer(text.lower()):
        word = re.sub(r"[ _-]+", "_", match[0])
        name = "qemu" if word.startswith("qemu") else word
        name = "qemu_microvm" if "microvm" in word else name
        if name not in found:
            found.append(name)
    return found


def without_vmms(text: str) -> str:
    """Return a text without the names of VMMs in it."""
    return _VMM.sub("", text.lower())


def vmm_of_caption(caption: str) -> str:
    """Return the VMM that a caption names, also one that only its lab knows; "" for none or two."""
    named = vmms_in(caption)
    found = _CAPTION_OF.match(caption)
    if found and len(named) < 2:  # noqa: PLR2004
        name = found[1].strip().lower()
        return named[0] if vmms_in(name) and name in _PLAIN_NAMES else name
    return named[0] if len(named) == 1 else ""


def is_average(label: str) -> bool:
    """Whether a row label says that the row holds averages."""
    return bool(_AVERAGE.search(label)) and not _OTHER_MEAN.search(label)


def statistic_of(label: str) -> str:
    """Return which other statistic a row label names, which is no sample; "" for none."""
    if _OTHER_MEAN.search(label) and (_AVERAGE.search(label) or "mean" in label.lower()):
        return "other"
    return next((name for name, pattern in _STATISTICS if pattern.search(label)), "")


def mode_of(label: str) -> str | None:
    """Return the sysbench test mode a row label names."""
    low = label.lower()
    return next((mode for mode, pattern in _MODE_PATTERNS if pattern.search(low)), None)


def access_of(label: str) -> str | None:
    """Return the access mode of the memory test that a label names."""
    low = label.lower()
    if "顺序" in label or "seq" in low:
        return "seq"
    return "rnd" if "随机" in label or "rnd" in low or "random" in low else None


def count_of(label: str) -> int | None:
    """Return the number in a label such as `16`, `16 线程` or `4K`."""
    found = re.search(r"\d+", label)
    return int(found[0]) if found else None
