"""Results with everything that a report has to say loudly or guard against."""

import shutil
from pathlib import Path

import report_logs

HOSTILE = "=cmd|'/c calc'!A1<script>alert(\"x\")</script>\x07"
"""Text that must stay text: for a spreadsheet, for a browser, for XML."""


def write_awkward_results(run: Path) -> Path:
    """Write a run of one emulated host: a stand-in, a VMM left out, gaps, lies, hostile text."""
    host = run / "virtual-lab"
    report_logs.write_report_results(host)
    report_logs.write_report_results(host, names=("unwanted", "qemu_microvm"))
    shutil.rmtree(host / "unwanted")
    report_logs.write_json(
        run / "run.json",
        run=run.name,
        seed=7,
        vmms=["stratovirt", "qemu", "qemu_microvm"],
        left_out={"firecracker": HOSTILE},
        emulated=True,
        started="2026-11-01T08:00:00Z",
        finished="2026-11-01T09:00:00Z",
        versions={"vmmlab": "0.1.0"},
        plan={"boots": 10},
        blocks=[],
    )
    report_logs.write_json(
        host / "host.json",
        host="virtual-lab",
        emulated=True,
        cpu_model=HOSTILE,
        kernel="6.1.0-41-amd64",
        os="Debian GNU/Linux 12",
        virtualization="qemu",
        tuning={
            "governor": {"before": "powersave", "wanted": "performance", "after": "performance"}
        },
    )
    for name, machine, stand_in in (
        ("stratovirt", "microvm", True),
        ("qemu", "pc", False),
        ("qemu_microvm", "microvm", False),
    ):
        report_logs.write_json(
            host / name / "vmm.json",
            name=name,
            type=name,
            version="1.2.3",
            commit="0123456789abcdef0123456789abcdef01234567",
            machine=machine,
            stand_in=stand_in,
            command_line=["/opt/vmm", "-append", "console=ttyS0 root=/dev/vda", "-m", "1024"],
            guest={
                "vcpus": 1,
                "memory_mib": 1024,
                "disk_cache": "none" if stand_in else "writeback",
            },
        )
        for boot in (1, 2, 3):
            report_logs.write_log(
                host,
                f"{name}/boot/blame/{boot:02}.log",
                f"{20 + boot}.120s dev-vda.device\n{boot}.305s ssh.service\n"
                " 812ms udev-trigger.service\n",
            )
    (host / "qemu/boot/default/04.log").unlink()
    report_logs.write_log(
        host,
        "qemu/sysbench-cpu/threads-16/02.log",
        "sysbench 1.0.20\nFATAL: Cannot create thread\n",
    )
    # The total number of events typed where events per second belong.
    lie = host / "stratovirt/sysbench-cpu/threads-4/01.log"
    text = lie.read_text(encoding="utf-8")
    lie.write_text(text.replace("1235.02", "74101.00"), encoding="utf-8")
    return host
