"""The programs that a run needs, and their versions."""

import re
import shutil
import subprocess

from .errors import EXIT_MISSING_TOOL, BenchError

PACKAGES = {"fio": "fio", "nbdkit": "nbdkit", "qemu-nbd": "qemu-utils", "nbd-server": "nbd-server", "strace": "strace"}
_VERSION = {"fio": ["--version"], "nbdkit": ["--version"], "qemu-nbd": ["--version"], "nbd-server": ["-V"],
            "strace": ["-V"]}


def require(names):
    """Fails with the list of all that is missing, and the line that installs it."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        packages = " ".join(sorted({PACKAGES[name] for name in missing}))
        raise BenchError(f"not found: {', '.join(missing)}. On Debian: apt-get install --no-install-recommends -y "
                         f"{packages}\n(--servers and --only leave out what you do not have)", EXIT_MISSING_TOOL)
    if "fio" in names and not re.search(r"^\s*nbd\b", first_output(["fio", "--enghelp"]), re.MULTILINE):
        raise BenchError("this fio was built without its nbd engine", EXIT_MISSING_TOOL)


def versions(names):
    return {name: version(name) for name in names}


def version(name):
    found = re.search(r"\d+\.\d+[\w.+~:-]*", first_output([name, *_VERSION[name]]))
    return found[0] if found else "unknown"


def first_output(command):
    """Standard output of a command, or its standard error where it says nothing else."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    return done.stdout or done.stderr
