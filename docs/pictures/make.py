"""Make the pictures of the README from the results of a run.

    python docs/pictures/make.py results/RUN [--lang en]

Needs LibreOffice (soffice), poppler (pdftoppm, pdftotext), Chromium and fonts for Chinese.
"""

# ruff: noqa: INP001 - a script, no part of a package

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RESOLUTION = 80
"""Dots per inch."""
FIRST_CAPTION = re.compile(r"^(?:表|Table) 1 \S", re.MULTILINE)
TABLE_HEIGHT = 468
"""Pixels: the upper half of the sheet of paper."""
WINDOW, SCALE = "1100,2300", "0.65"
"""Width and height of what the picture of the page shows, and its size in the picture."""


def run(*command: str | Path) -> str:
    """Run a program, return what it prints, and stop with its own words when it fails."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def page_of_first_table(pdf: Path) -> int:
    """Return the page that shows the caption of table 1; how long the overview is may change."""
    pages = run("pdftotext", "-layout", pdf, "-").split("\f")
    return next(number for number, text in enumerate(pages, 1) if FIRST_CAPTION.search(text))


def main() -> int:
    """Write overview.png, table.png and page.png beside this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--lang", default="zh")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workbook = folder / "report.xlsx"
        command = ["vmmlab", "report", arguments.results, "-o", workbook, "--lang", arguments.lang]
        # 1 says that something is missing; the pictures show it.
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode > 1:
            return 1
        profile = f"-env:UserInstallation=file://{folder}/profile"
        run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, workbook)
        pdf = workbook.with_suffix(".pdf")
        for picture, page, height in (
            ("overview", 1, 0),
            ("table", page_of_first_table(pdf), TABLE_HEIGHT),
        ):
            part = ["-f", str(page), "-l", str(page), "-H", str(height), "-singlefile"]
            run("pdftoppm", "-png", "-r", str(RESOLUTION), *part, pdf, HERE / picture)
        run(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            f"--window-size={WINDOW}",
            f"--force-device-scale-factor={SCALE}",
            f"--screenshot={HERE / 'page.png'}",
            workbook.with_suffix(".html"),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
