"""Lines that say that a tool was tried and gave no answer: missing, forbidden, asked wrongly."""

import re

from collector.logtext import is_prompt
from collector.parsers import pmap, smaps_rollup, systemd_time
from collector.patterns import on_use

__all__ = ["refusal"]

_SHELL = "shell"
_TOOLS = {"sysbench": None, "systemd-analyze": systemd_time.TOOL, "pmap": pmap.TOOL}
_NAMED = on_use(rf"(?<![\w.-])(?P<tool>{'|'.join(_TOOLS)})(?![\w-]|\.\w)")
_COMPLAINT = on_use(
    r"""
      not [ ] found | unknown [ ] command\b | is [ ] not [ ] recognized | no [ ] \S+ [ ] in [ ] \(
    | is [ ] (?: currently [ ] )? not [ ] installed (?! , )
    | if [ ] \S+ [ ] is [ ] not [ ] a [ ] typo
    | no [ ] such [ ] file [ ] or [ ] directory | permission [ ] denied
    | cannot [ ] execute | exec [ ] format [ ] error | loading [ ] shared [ ] libraries
    | unrecognized [ ] option | invalid [ ] option | illegal [ ] instruction | core [ ] dumped
    | 未找到 | 找不到 | 没有找到 | 没有那个文件或目录 | 沒有此一檔案或目錄
    | 权限不够 | 權限不夠 | 拒绝 | 未安装 | 未知的?命令 | 无法执行 | 無法執行
    | nicht [ ] gefunden | introuvable | no [ ] encontrad[ao] | não [ ] encontrado
    | non [ ] trovato | не [ ] найдена? | 見つかりません | 명령어를 [ ] 찾을 [ ] 수 [ ] 없
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What shells say of a program that they cannot run, in the locales that were seen."""

_OF_OTHERS = on_use(
    r"(?:.*?\b(?:cd|rm|ls|cat|cp|mv|mkdir|rmdir|grep|stat|chmod|chown|tar|dpkg\S*|apt\S*|find|touch|E)"
    r": )"
)
"""A program that misses a file or a package of that name."""
_LONGEST = 400

_OWN: tuple[tuple[re.Pattern[str], str | None, str], ...] = (
    (on_use(r"Bootup is not yet finished"), systemd_time.TOOL, systemd_time.PARSER),
    (
        on_use(
            r"System has not been booted with systemd|Failed to (?:connect|get D-?Bus).*bus"
            r"|Failed to get timestamp properties|Unknown (?:operation|command verb) \S+\.?$"
            r"|systemd-analyze \[OPTIONS"
        ),
        systemd_time.TOOL,
        systemd_time.PARSER,
    ),
    (on_use(r"cat: .*smaps_rollup.*: "), smaps_rollup.TOOL, smaps_rollup.PARSER),
    (on_use(r"(?:Usage: )?pmap \[(?:options|-)"), pmap.TOOL, pmap.PARSER),
    (
        on_use(
            r"sysbench \[(?:general-)?options\]|invalid option: --?\S+$|Unknown command: \S+$"
            r"|Unrecognized command line argument: |Missing required command argument"
            r"|The '\S+' test requires a command argument"
            r"|'\S+' test does not implement the '\S+' command"
            r"|Invalid value for the '\S+' option: |PANIC: unprotected error in call to Lua"
        ),
        None,
        _SHELL,
    ),
)
"""What the tools themselves say, the tool and the parser that the line stands for."""


def refusal(text: str) -> tuple[str | None, str] | None:
    """Return tool and parser that a line (without indentation) says gave no answer; or None."""
    own = next(((tool, parser) for line, tool, parser in _OWN if line.match(text)), None)
    if own or len(text) > _LONGEST or is_prompt(text):
        return own
    named = _NAMED.search(text)
    if named and _COMPLAINT.search(text) and not _OF_OTHERS.match(text):
        return _TOOLS[named["tool"]], _SHELL
    return None
