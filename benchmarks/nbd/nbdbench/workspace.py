"""The directory of one run, on tmpfs, gone at its end."""

import os
import re
import shutil
from pathlib import Path

from . import procfs
from .errors import BenchError

_PREFIX = "ashlar-bench-"


class Workspace:
    def __init__(self, parent, needed_bytes, remedy="--size, --servers and --chunks make it less"):
        """@param remedy what to do when there is too little room"""
        self._parent = Path(parent)
        self._needed_bytes = needed_bytes
        self._remedy = remedy
        self.path = self._parent / f"{_PREFIX}{os.getpid()}"

    def __enter__(self):
        if not self._parent.is_dir():
            raise BenchError(f"no directory {self._parent} (--dir takes another one)")
        self._remove_leftovers()
        free_bytes = shutil.disk_usage(self._parent).free
        if free_bytes < self._needed_bytes:
            raise BenchError(f"{self._parent} has {free_bytes >> 20} MiB free and the run needs "
                             f"{self._needed_bytes >> 20} MiB: {self._remedy}")
        self.path.mkdir(mode=0o700)
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def _remove_leftovers(self):
        """Directories of runs that were killed outright."""
        for path in self._parent.glob(f"{_PREFIX}*"):
            owner = re.fullmatch(rf"{_PREFIX}(\d+)", path.name)
            if owner and path.stat().st_uid == os.getuid() and not procfs.alive(int(owner[1])):
                shutil.rmtree(path, ignore_errors=True)


def file_system(path):
    """The type of the file system that holds the path."""
    path, best, kind = os.path.realpath(path), "", "unknown"
    for line in Path("/proc/mounts").read_text().splitlines():
        mount, mounted = line.split()[1:3]
        if (path == mount or path.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(best):
            best, kind = mount, mounted
    return kind


def require_memory(needed_bytes):
    available = next(int(line.split()[1]) << 10 for line in Path("/proc/meminfo").read_text().splitlines()
                     if line.startswith("MemAvailable"))
    if available < needed_bytes:
        raise BenchError(f"{available >> 20} MiB of memory are available and the run needs {needed_bytes >> 20} MiB: "
                         "--size, --servers and --chunks make it less")
