"""The units that people type, and how many of ours they are."""

SECONDS = {
    "h": 3600.0,
    "小时": 3600.0,
    "时": 3600.0,
    "min": 60.0,
    "mins": 60.0,
    "m": 60.0,
    "分钟": 60.0,
    "分": 60.0,
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "秒": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "毫秒": 1e-3,
    "us": 1e-6,
    "usec": 1e-6,
    "μs": 1e-6,
    "微秒": 1e-6,
    "ns": 1e-9,
}
"""Unit to seconds."""
KIB: dict[str, float] = {
    **dict.fromkeys(("", "kb", "kib", "k", "kbytes"), 1.0),
    **dict.fromkeys(("mb", "mib", "m", "兆"), 1024.0),
    **dict.fromkeys(("gb", "gib", "g"), 1024.0**2),
    **dict.fromkeys(("b", "bytes", "byte", "字节"), 1 / 1024),
}
"""Unit to KiB; nobody who types MB means 10^6 bytes of memory."""
MIB_PER_S: dict[str, float] = {
    **dict.fromkeys(("", "mib/s", "mb/s", "m/s", "mib/sec", "mb/sec", "mib/秒", "mb/秒"), 1.0),
    **dict.fromkeys(("gib/s", "gb/s", "g/s", "gib/sec", "gb/sec"), 1024.0),
    **dict.fromkeys(("kib/s", "kb/s", "k/s", "kib/sec", "kb/sec"), 1 / 1024),
}
"""Unit to MiB/s."""
_COUNTED = (
    *("", "/s", "1/s", "per second", "iops", "ops", "ops/s", "op/s", "req/s", "requests/s"),
    *("events/s", "event/s", "events per second", "eps", "reads/s", "writes/s", "fsyncs/s"),
    *("次", "次/s", "次/秒", "个/s", "个/秒", "事件/s", "事件/秒", "事件数/s", "事件数/秒"),
)
PER_S: dict[str, float] = {
    **dict.fromkeys(_COUNTED, 1.0),
    **dict.fromkeys(("k", "k/s", "kiops", "k iops", "k次/s"), 1e3),
    **dict.fromkeys(("m", "m/s", "miops", "m iops"), 1e6),
}
"""Unit to events, reads, writes or fsyncs in a second."""
