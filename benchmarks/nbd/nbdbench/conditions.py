"""Where and with what a run was made: all that someone needs to judge its figures or to repeat it."""

import datetime
import os
import platform
from pathlib import Path

from . import procfs, tools, workspace


def gather(root, directory, tool_names, servers):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": f"{platform.system()} {platform.release()}",
        "hypervisor": "hypervisor" in _cpu_flags(),
        "file_system": workspace.file_system(directory),
        "ashlar": _commit(root),
        "versions": {**tools.versions(tool_names), "python": platform.python_version()},
        "servers": {server.name: {"title": server.title, "commands": server.commands} for server in servers},
        "load_at_start": os.getloadavg(),
    }


def add_java(conditions, ashlar):
    """The JVM of the running server: flags, and version by the release file of its JDK."""
    conditions["jvm_flags"] = ashlar.java_flags()
    release = Path(os.path.realpath(f"/proc/{ashlar.pids()[0]}/exe")).parent.parent / "release"
    values = dict(line.split("=", 1) for line in release.read_text().splitlines() if "=" in line)
    conditions["versions"]["java"] = " ".join(
        values[key].strip('"') for key in ("IMPLEMENTOR", "JAVA_RUNTIME_VERSION") if key in values)


class Disturbance:
    """How much of the machine others took between two moments: other processes, and other guests of the host."""

    def __init__(self):
        self._busy, self._steal, self._all = procfs.machine_ticks()
        self._own_s = _own_cpu_s()

    def so_far(self):
        """To be asked when all processes that were started have been waited for, because their time counts then."""
        busy, steal, total = procfs.machine_ticks()
        ticks = max(1, total - self._all)
        own_ticks = (_own_cpu_s() - self._own_s) * os.sysconf("SC_CLK_TCK")
        return {"other_processes_share": max(0.0, (busy - self._busy - own_ticks) / ticks),
                "steal_share": (steal - self._steal) / ticks, "load_at_end": os.getloadavg()}


def _own_cpu_s():
    return sum(os.times()[:4])


def _cpu_model():
    return next((line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")),
                platform.processor() or platform.machine())


def _cpu_flags():
    return next((line.split(":", 1)[1].split() for line in _cpuinfo() if line.startswith("flags")), [])


def _cpuinfo():
    return Path("/proc/cpuinfo").read_text().splitlines()


def _commit(root):
    described = tools.first_output(["git", "-C", str(root), "describe", "--always", "--dirty"]).strip()
    return described if described and not described.startswith("fatal") else "unknown"
