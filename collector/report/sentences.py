"""English sentences of comparisons, checks and parsers, each with its Chinese form.

Fields in braces stand for what a sentence names. See `collector.report.wording` for their use.
"""

# ruff: noqa: RUF001 - Chinese punctuation is meant

SENTENCES = {
    # comparisons
    "{a} and {b} samples cannot show a difference; at least {n} on each side are needed": (
        "{a} 个和 {b} 个样本无法显示差异，每侧至少需要 {n} 个"
    ),
    "{a} and {b} samples cannot show a difference": "{a} 个和 {b} 个样本无法显示差异",
    "no samples of {vmm}": "没有 {vmm} 的样本",
    "no host has samples of both sides": "没有一台主机有两侧的样本",
    "not compared on {hosts}: {reason}": "以下主机不参与比较：{hosts}：{reason}",
    "{text} (on {host}, otherwise on {count} more)": (
        "{text}（在 {host} 上，另有 {count} 台情况不同）"
    ),
    "not compared on {hosts} and {count} more: {reason}": (
        "以下主机不参与比较：{hosts} 等，另有 {count} 台：{reason}"
    ),
    "{names} and {count} more": "{names} 等，另有 {count} 个",
    "{side}: measured while the host was not quiet: {count}": (
        "{side}：{count} 次测量时主机不空闲"
    ),
    "the host was not quiet: {what}": "主机不空闲：{what}",
    "{fact} changed while {side} was measured: {values}": "测量 {side} 期间 {fact} 变了：{values}",
    "{fact} changed while {side} was measured on {host}: {values}": (
        "在 {host} 上测量 {side} 期间 {fact} 变了：{values}"
    ),
    "{fact} changed while {side} was measured: {values}; measure again what was measured with the"
    " other": "测量 {side} 期间 {fact} 变了：{values}；请把另一条件下的部分重新测量",
    "the tuning did not last: {what} in {count} of {all} measurements; stop what turned it back"
    " (power-profiles-daemon, tuned, TLP) and measure again": (
        "调优没有保持：{all} 次测量中有 {count} 次是 {what}；"
        "请停止改回它的服务（power-profiles-daemon、tuned、TLP）并重新测量"
    ),
    "guest_cpus asks for {asked}, but the kernel let the guests run on every processor: correct it"
    " in the inventory and measure again": (
        "guest_cpus 要求 {asked}，但内核允许客户机使用所有处理器：请改正清单并重新测量"
    ),
    "the guests were not pinned on a host with {kinds}: set guest_cpus": (
        "主机有 {kinds}，而客户机没有绑定处理器：请设置 guest_cpus"
    ),
    "{side}: logs without a result, left out: {count}": "{side}：没有结果、未计入的日志 {count} 份",
    "repetition {number} ({value})": "第 {number} 次（{value}）",
    "repetition {number} ({value}), {more}": "第 {number} 次（{value}）、{more}",
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
    # What a side has, and what the other has; a side of many hosts may have several.
    "{number} files of {bytes} bytes": "{number} 个 {bytes} 字节的文件",
    "{number} files of {bytes} bytes, {other}": "{number} 个 {bytes} 字节的文件, {other}",
    "{a} bytes and {n} files of {b}": "{a} 字节和 {n} 个 {b}",
    "tests of different length: {a} s and {b} s": "测试时长不同：{a} s 和 {b} s",
    "each sample is the median of one host": "每个样本是一台主机的中位数",
    "the hosts' ratios": "各主机比值",
    "{side}: two modes, around {a} and {b}": "{side}：有两个集中区，约 {a} 和 {b}",
    "{side}: outliers, kept: {which}": "{side}：离群值（保留）：{which}",
    "{side}: drift, {way} over the repetitions": "{side}：随重复次数{way}",
    "rising": "上升",
    "falling": "下降",
    # checks of one log
    "{value} kB is no multiple of {page}, but pmap counts pages of {page_kb} kB: {hint}": (
        "{value} kB 不是 {page} 的倍数，而 pmap 按 {page_kb} kB 的页计数：{hint}"
    ),
    "a digit is wrong": "有一位数字错了",
    "is it in MB?": "单位是 MB 吗？",
    "{fsyncs} fsyncs/s with {requests} requests/s: an fsync of all {files} files after each"
    " {frequency} requests and one by each thread at the end make about {expected}": (
        "{requests} 次/s 请求时有 {fsyncs} 次/s fsync：每 {frequency} 次请求对全部 {files} 个文件"
        "各做一次，再加上各线程结束时的一次，应约为 {expected}"
    ),
    "{events} events in {time} s, but reads/s, writes/s and fsyncs/s make {count}": (
        "{time} s 内 {events} 个事件，而读、写、fsync 的速率合计为 {count} 个"
    ),
    "{operations} operations of {bytes} bytes are {expected} MiB, but {moved} MiB were"
    " transferred": "{operations} 次 {bytes} 字节的操作是 {expected} MiB，而写的是 {moved} MiB",
    "an average of {average} ms is out of reach: {share} of the events took at most {percentile} ms"
    " and the others at most {most} ms, so it cannot be above {reach} ms": (
        "平均 {average} ms 不可能：{share} 的事件不超过 {percentile} ms，其余不超过 {most} ms，"
        "平均值不会超过 {reach} ms"
    ),
    "{events} events of {average} ms on average are {product} ms, but the sum of all latencies is"
    " {sum} ms": "{events} 个事件平均 {average} ms 共 {product} ms，而延迟总和写的是 {sum} ms",
    "all latencies add up to {sum} s, but {threads} threads have only {room} s in a test of"
    " {time} s": "延迟总和为 {sum} s，而 {threads} 个线程在 {time} s 的测试中一共只有 {room} s",
    "the speed is {times} times too high, as the total number of events of a test of about"
    " {seconds} s is (or the latency is that of a test with more threads)": (
        "速度高出 {times} 倍，正像约 {seconds} s 测试的事件总数（或者延迟来自线程更多的测试）"
    ),
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
    "{one} {value}, but {other} {number}: they are the same": (
        "{one} 是 {value}，而 {other} 是 {number}：两者应相同"
    ),
    "{rate} MiB/s are {expected} MB/s, but beside them stands {said} MB/s": (
        "{rate} MiB/s 即 {expected} MB/s，而旁边写的是 {said} MB/s"
    ),
    "{count} files of {size} bytes are {total} bytes, but the log says {said}": (
        "{count} 个 {size} 字节的文件共 {total} 字节，而日志写的是 {said}"
    ),
    "{whole} is {value} kB, but its parts {parts} are {sum} kB": (
        "{whole} 是 {value} kB，而其各部分 {parts} 合计 {sum} kB"
    ),
    "{threads} threads at work for {seconds} s each (Threads fairness) make {product} ms, but the"
    " sum of all latencies is {sum} ms": (
        "{threads} 个线程各工作 {seconds} s（Threads fairness）共 {product} ms，"
        "而延迟总和是 {sum} ms"
    ),
    "{threads} threads with {events} events each (Threads fairness) make {product} events, but the"
    " total says {total}": (
        "{threads} 个线程各 {events} 个事件（Threads fairness）共 {product} 个，"
        "而总数写的是 {total}"
    ),
    "random access ({random} MiB/s) is faster than sequential access of the same block size"
    " ({sequential} MiB/s), which it never is: {advice}": (
        "随机访问（{random} MiB/s）比同样块大小的顺序访问（{sequential} MiB/s）快，"
        "这不可能：{advice}"
    ),
    "the total says {total} kB of {what}, but the mappings above it add up to {sum} kB: lines are"
    " missing, or a number was changed": (
        "总计写的是 {what} {total} kB，而上面各映射合计 {sum} kB：缺少行，或有数字被改过"
    ),
    "this is the memory of {one}, but the folder is that of {other}: the logs of the two VMMs were"
    " mixed up; measure again, or move the log to the folder of its own VMM": (
        "这是 {one} 的内存，却放在 {other} 的目录里：两个虚拟机监控器的日志弄混了；"
        "请重新测量，或把日志移到自己的目录"
    ),
    "{what}; the log was changed by hand or put together from two runs: measure again": (
        "{what}；日志被手工改过，或由两次运行拼成：请重新测量"
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
    "the log was made with --memory-access-mode={mode}, but lies in the folder {folder}: move it to"
    " the folder of its own access mode": (
        "日志用的是 --memory-access-mode={mode}，却放在 {folder} 目录里：请移到自己的目录"
    ),
    # sides of one host
    "{words} differs in {subject}: {sides}; the numbers cannot be compared: measure both with"
    " the same command": (
        "{subject} 中 {words} 不同：{sides}；数字不可比较，请用同样的命令测量两侧"
    ),
    "{fact} differs: {sides}; they are no comparison of VMMs: measure all sides with the same": (
        "{fact} 不同：{sides}；这不是虚拟机监控器之间的比较，请让各侧条件相同"
    ),
    "{fact} differs: {sides}; compare with care": "{fact} 不同：{sides}；比较时请留意",
    "machine type differs between two {kind}: {sides}; compare like with like": (
        "两个 {kind} 的机器类型不同：{sides}；请在同样条件下比较"
    ),
    "machine type differs: {sides}; a microvm has fewer devices than a standard machine, so part of"
    " a difference is the machine's, not the VMM's": (
        "机器类型不同：{sides}；microvm 的设备比标准机器少，差异有一部分来自机器类型"
    ),
    "byte for byte the same log as {log}: two measurements never end with the same numbers;"
    " {what}": ("与 {log} 逐字节相同：两次测量不会有完全相同的数字；{what}"),
    "byte for byte the same log as {log}: two measurements {often} end with the same numbers;"
    " {what}": "与 {log} 逐字节相同：两次测量很少有完全相同的数字；{what}",
    "one is a copy, measure again": "其中一份是复制的，请重新测量",
    "is one a copy?": "其中一份是复制的吗？",
    "{log}, and so are {count} more logs of {vmm}": "{log}（{vmm} 还有 {count} 份日志也是如此）",
    "host.json cannot be used: {reason}; CPU, kernel, clocksource and tuning are not known: mend"
    " or remove it": "host.json 无法使用：{reason}；CPU、内核、时钟源和调优未知：请修复或删除",
    "vmm.json cannot be used: {reason}; version, kernel, image and command line are not known: mend"
    " or remove it": "vmm.json 无法使用：{reason}；版本、内核、镜像和命令行未知：请修复或删除",
    "the sidecar of this log cannot be used: {reason}; command, time and exit code are not known:"
    " mend or remove it": (
        "此日志的附带记录无法使用：{reason}；命令、时间和退出码未知：请修复或删除"
    ),
    "{log}; progress.json cannot be used ({reason})": "{log}；progress.json 无法使用（{reason}）",
    "it is a link": "它是一个链接",
    "it is no file": "它不是文件",
    "it is no JSON object": "它不是 JSON 对象",
    "it is nested too deeply": "它嵌套太深",
    "it has more than {limit} bytes": "它超过 {limit} 字节",
    "a text in it has {count} characters": "其中一段文字有 {count} 个字符",
    "a number in it is not finite, or too large": "其中一个数不是有限数，或太大",
    # notes
    "no result ({reason}): {logs}": "没有结果（{reason}）：{logs}",
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
    "ended after {time} s{instead}: the amount of data was reached first; use a larger"
    " --memory-total-size": (
        "{time} s 就结束了{instead}：数据总量先用完了，请加大 --memory-total-size"
    ),
    "the files that sysbench reads ({size} MiB) fit into the guest's memory ({memory} MiB), where"
    " writing them has left them: reads are copies in memory, writes alone reach the disk": (
        "sysbench 读取的文件（{size} MiB）全部留在客户机内存（{memory} MiB）中："
        "读取只是内存复制，只有写入到达磁盘"
    ),
    "{count} of {all} footprints were taken while RSS still changed, the first after {seconds} s:"
    " use a larger settle_seconds": (
        "{all} 次内存占用测量中有 {count} 次在 RSS 仍在变化时进行，第一次在 {seconds} s 后："
        "请加大 settle_seconds"
    ),
    "compared host by host: the ratio is the median of the hosts' ratios, p is that of Wilcoxon's"
    " signed-rank test": "逐台主机比较：比值是各主机比值的中位数，p 值来自 Wilcoxon 符号秩检验",
    " instead of {planned} s": "，而不是 {planned} s",
    "perhaps cut off: {text}": "可能被截断：{text}",
    # what is missing
    "no log": "没有日志",
    "{reason}; failed attempts: {count}, the last in {log}": (
        "{reason}；失败 {count} 次，最后一次见 {log}"
    ),
    "{reason}; failed attempts: {count}, the last in {log} ({why})": (
        "{reason}；失败 {count} 次，最后一次见 {log}（{why}）"
    ),
    "another log has this repetition's number too; one must go": (
        "另一份日志有同样的次数编号，必须移走一份"
    ),
    "{count} results in one log; give each a log of its own": (
        "一份日志里有 {count} 个结果，请各放一份日志"
    ),
    # what parsers found instead of a result
    "the log is empty": "日志是空的",
    "no run of sysbench, systemd-analyze or pmap in it": (
        "其中没有 sysbench、systemd-analyze 或 pmap 的运行结果"
    ),
    "looks like a result and is not in its tool's form: {text}": (
        "像是结果，但不符合工具的格式：{text}"
    ),
    "not a boot time: {text}": "不是启动时间：{text}",
    "no boot takes so long: {text}": "启动不可能这么久：{text}",
    "no unit takes as long as any of these": "没有单元会用这里的任何一个时间",
    "the log is cut off inside this line": "日志在这一行中间被截断",
    "the log is cut off inside: {text}": "日志在此处被截断：{text}",
    "the log is cut off inside the line of the total": "日志在 total 一行中间被截断",
    "not what is said of a target: {text}": "不是关于 target 的一行：{text}",
    "not a line of blame: {text}": "不是 blame 的一行：{text}",
    "not a line of critical-chain: {text}": "不是 critical-chain 的一行：{text}",
    "the log ends before the first unit of the chain": "日志在第一个单元之前就结束了",
    "not a line of `pmap -x` in English (LC_ALL=C): {text}": (
        "不是英文（LC_ALL=C）的 `pmap -x` 的一行：{text}"
    ),
    "not a total in English: {text}; run pmap with LC_ALL=C": (
        "不是英文的 total 行：{text}；请用 LC_ALL=C 运行 pmap"
    ),
    "the output ends after {text}, before the total": "输出在 {text} 之后结束，没有 total 行",
    "the output ends after {text}, before Locked": "输出在 {text} 之后结束，没有 Locked 行",
    "no mapping is shown: a kernel thread, or a process pmap may not read": (
        "没有任何映射：是内核线程，或 pmap 无权读取的进程"
    ),
    "the prompt came back before the total": "提示符在 total 行之前就出现了",
    "busybox's pmap -x (PSS instead of RSS); use that of procps": (
        "这是 busybox 的 pmap -x（PSS 而不是 RSS）：请用 procps 的 pmap"
    ),
    "the pmap of SLES 11, whose columns are others; use that of procps": (
        "这是 SLES 11 的 pmap，列不同：请用 procps 的 pmap"
    ),
    "the pmap of openSUSE, whose columns are others; use smaps_rollup, or procps elsewhere": (
        "这是 openSUSE 的 pmap，列不同：请用 smaps_rollup，或其他系统的 procps"
    ),
    "the output of pmap with -X or -d: run `pmap -x`": (
        "这是 pmap -X 或 -d 的输出：请运行 `pmap -x`"
    ),
    "the columns of another pmap; use that of procps": (
        "这是另一种 pmap 的列：请用 procps 的 pmap"
    ),
    "the output of plain pmap: run `pmap -x`": "这是不带参数的 pmap 的输出：请运行 `pmap -x`",
    "not an entry of smaps_rollup: {text}": "不是 smaps_rollup 的一项：{text}",
    "unknown, or there twice: {text}": "未知，或出现两次：{text}",
    "no Rss or no Pss before this last entry": "最后一项之前没有 Rss 或 Pss",
    "not a line of sysbench: {text}": "不是 sysbench 的一行：{text}",
    "out of place, or there twice: {text}": "位置不对，或出现两次：{text}",
    "a line of sysbench {one} inside sysbench {other}: {text}": (
        "sysbench {other} 的结果里有 sysbench {one} 的一行：{text}"
    ),
    "sysbench {version} prints a format of its own; use 1.0 or 1.1": (
        "sysbench {version} 的输出格式不同，请用 1.0 或 1.1"
    ),
    "the prompt came back before a result: the run was broken off": (
        "出现结果之前提示符就回来了：运行被中断"
    ),
    "the run was broken off: {text}": "运行被中断：{text}",
    "the log ends after 'Threads started!', without a result: cut off or aborted": (
        "日志在 'Threads started!' 之后结束，没有结果：被截断或中止"
    ),
    "a result of none of the tests cpu, memory and fileio": (
        "不是 cpu、memory、fileio 任何一种测试的结果"
    ),
    "the result is not complete: no {names}": "结果不完整：没有 {names}",
    "the result is not complete: no {names} (sysbench {version} prints none)": (
        "结果不完整：没有 {names}（sysbench {version} 不输出它）"
    ),
    "nothing was done in this run: 0 events are no result": (
        "这次运行什么都没做：0 个事件不是结果"
    ),
    "the lines of two runs are mixed: a result without a head in line {line}, behind a head without"
    " a result; measure one after the other": (
        "两次运行的行混在一起：第 {line} 行的结果没有开头，前面又有没有结果的开头：请依次测量"
    ),
    "each report of --report-checkpoints counts only what came after the one before:"
    " measure without that option": (
        "--report-checkpoints 的每份报告只统计上一份之后的部分：请不带该选项重新测量"
    ),
    "{reason}; the result from line {line} on may be this run's, and is not read": (
        "{reason}；第 {line} 行开始的结果可能属于这次运行，没有读取"
    ),
    "the log ends after {text}, before the result is complete: no {names}": (
        "日志在 {text} 之后结束，结果不完整：没有 {names}"
    ),
}
FACTS = {
    "guest kernel": "客户机内核",
    "guest image": "客户机镜像",
    "boots with an initrd": "是否用 initrd 启动",
    "further kernel parameters": "附加内核参数",
    "host CPUs of the guest": "客户机所用主机 CPU",
    "guest memory (MiB)": "客户机内存 (MiB)",
    "disk format": "磁盘格式",
    "disk cache mode": "磁盘缓存模式",
    "sysbench version": "sysbench 版本",
    "guest clocksource": "客户机时钟源",
    "host CPU": "主机 CPU",
    "number of host CPUs": "主机 CPU 数",
    "host kernel": "主机内核",
    "host clocksource": "主机时钟源",
    "host tuning": "主机调优",
    "file set": "文件集",
}
"""What facts are called; several may stand in a row."""
