"""Make the pictures of the README from the results of a run.

    python docs/pictures/make.py results/RUN

Needs LibreOffice (soffice), poppler (pdftoppm) and Chromium.
"""

# ruff: noqa: INP001 - a script, no part of a package

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RESOLUTION = 85
"""Dots per inch."""
PAGES = {"overview": 1, "table": 2}
"""Picture to its page: the overview is one page, the first subject's tables follow it."""


def run(*command: str | Path) -> None:
    """Run a program and stop with its own words when it fails."""
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


def main() -> int:
    """Write overview.png, table.png and page.png beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
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
        for picture, page in PAGES.items():
            pages = ["-f", str(page), "-l", str(page)]
            target = HERE / picture
            pdf = workbook.with_suffix(".pdf")
            run("pdftoppm", "-png", "-r", str(RESOLUTION), *pages, "-singlefile", pdf, target)
        run(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            "--window-size=1200,1500",
            f"--screenshot={HERE / 'page.png'}",
            workbook.with_suffix(".html"),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
