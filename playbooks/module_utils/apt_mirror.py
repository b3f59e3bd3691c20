"""What this machine's apt is told about where packages come from."""

import platform
import subprocess


def run(command, cwd=None):
    """Run a command and return what it prints; its own words are the error."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    if done.returncode != 0:
        message = f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}"
        raise RuntimeError(message)
    return done.stdout


def find_mirror():
    """Return the codename of this machine's release and the URI its main packages come from."""
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    targets = run(["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)"])
    for line in targets.splitlines():
        release, component, uri = line.split(maxsplit=2)
        if (release, component) == (codename, "main"):
            return codename, uri
    message = f"apt of this machine knows no source for {codename} main (apt-get indextargets)"
    raise RuntimeError(message)
