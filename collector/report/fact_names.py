"""What the facts in run.json, host.json and vmm.json are called by people."""

from collector.labels import LANGUAGES, Language

_NAMES: dict[str, tuple[str, str]] = {
    # run.json
    "run": ("运行名称", "name of the run"),
    "started": ("开始", "started"),
    "finished": ("结束", "finished"),
    "seed": ("顺序的随机种子", "seed of the order"),
    "vmms": ("虚拟机监控器", "VMMs"),
    "versions": ("软件版本", "version"),
    "plan": ("计划", "plan"),
    # host.json
    "host": ("主机名称", "name of the host"),
    "emulated": ("模拟的主机", "emulated host"),
    "virtualization": ("虚拟化环境", "virtualisation around the host"),
    "cpu_model": ("CPU 型号", "CPU model"),
    "cpu_vendor": ("CPU 厂商", "CPU vendor"),
    "cpu_flags_virtualization": ("硬件虚拟化", "hardware virtualisation"),
    "microcode": ("微码", "microcode"),
    "cpus": ("CPU 数", "CPUs"),
    "memory_mib": ("内存 (MiB)", "memory (MiB)"),
    "kernel": ("内核", "kernel"),
    "os": ("操作系统", "operating system"),
    "clocksource": ("时钟源", "clocksource"),
    "governor": ("调频策略", "frequency governor"),
    "turbo": ("睿频", "turbo"),
    "thp": ("透明大页", "transparent huge pages"),
    "ksm": ("内存合并", "kernel same-page merging"),
    "cpus_online": ("在线 CPU", "CPUs that are online"),
    "sockets": ("插槽数", "sockets"),
    "smt": ("超线程", "SMT"),
    "cpu_kinds": ("CPU 种类", "kinds of CPUs"),
    "kept_awake": ("阻止休眠", "kept from falling asleep"),
    "boot_id": ("启动标识", "id of the boot"),
    # vmm.json
    "type": ("类型", "type"),
    "version": ("版本", "version"),
    "source": ("来源", "source"),
    "commit": ("提交", "commit"),
    "machine": ("机器类型", "machine type"),
    "initrd": ("使用 initrd", "with initrd"),
    "stand_in": ("测试替身", "test stand-in"),
    "cpus_allowed": ("实际可用的主机 CPU", "host CPUs it could use"),
    "command_line": ("命令行", "command line"),
    "checksums.binary": ("程序校验和", "checksum of the binary"),
    "checksums.kernel": ("客户机内核校验和", "checksum of the guest kernel"),
    "checksums.image": ("客户机镜像校验和", "checksum of the guest image"),
    "checksums.initrd": ("initrd 校验和", "checksum of the initrd"),
    "guest.vcpus": ("虚拟 CPU 数", "vCPUs"),
    "guest.memory_mib": ("客户机内存 (MiB)", "guest memory (MiB)"),
    "guest.disk_format": ("磁盘格式", "disk format"),
    "guest.disk_cache": ("磁盘缓存模式", "disk cache mode"),
    "guest.cpus": ("客户机所用主机 CPU", "host CPUs of the guest"),
    "guest.append": ("附加内核参数", "further kernel parameters"),
    "guest.kernel_version": ("客户机内核版本", "guest kernel"),
    "guest.sysbench": ("sysbench 版本", "sysbench"),
    "guest": ("客户机", "guest"),
    "build": ("构建", "build"),
}


def order(name: str) -> int:
    """Return the place of a fact among the others: the known ones as listed here, then the rest."""
    return next((place for place, known in enumerate(_NAMES) if known == _known(name)), len(_NAMES))


def fact_name(name: str, language: Language) -> str:
    """Return what people call a fact, with the name that it has in its file.

    A fact below a known one is called by that: `plan.boots` by `plan`.
    """
    known = _known(name)
    if known not in _NAMES:
        return name
    return f"{_NAMES[known][LANGUAGES.index(language)]} ({name})"


def _known(name: str) -> str:
    """Return the fact, or the one above it, that has a name here."""
    while name not in _NAMES and "." in name:
        name = name.rpartition(".")[0]
    return name
