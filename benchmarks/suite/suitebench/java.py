"""The Java side: the jar, built when sources are newer, and the process that measures points."""

import json
import os
import subprocess
import sys
from pathlib import Path

from nbdbench.errors import EXIT_MISSING_TOOL, BenchError

JAR = Path("benchmarks") / "target" / "benchmarks.jar"
_MODULES = ("raid-core", "nbd-server", "benchmarks")
_FLAGS = ["--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC", "-Xmx128m"]
ISAL = "ASHLAR_ISAL"


def java_home():
    """The JDK that the launcher has found."""
    home = os.environ.get("JAVA25_HOME")
    if not home:
        raise BenchError("start it by ./ashlar bench, which finds JDK 25, or set JAVA25_HOME", EXIT_MISSING_TOOL)
    return Path(home)


def is_stale(root):
    jar = root / JAR
    if not jar.exists():
        return True
    built = jar.stat().st_mtime
    sources = [root / "pom.xml", *[path for module in _MODULES for path in [
        root / module / "pom.xml", *(root / module / "src" / "main").rglob("*")]]]
    return any(path.stat().st_mtime > built for path in sources)


def build(root, processes):
    """With no tests and none of their libraries."""
    log_path = root / "target" / "bench-build.log"
    log_path.unlink(missing_ok=True)
    child = processes.spawn(
        [str(root / "scripts" / "mvn"), "-q", "-Dlauncher.phase=process-classes", "-pl", "benchmarks", "-am",
         "process-classes"], log_path, env={**os.environ, "JAVA25_HOME": str(java_home())})
    failed = child.wait() != 0
    processes.forget(child.pid)
    if failed:
        print(log_path.read_text(errors="replace"), file=sys.stderr)
        raise BenchError("the build failed; what Maven says about it is above.", EXIT_MISSING_TOOL)
    os.utime(root / JAR)


class Measurer:
    """One process that answers lines with lines. The forks that it measures in have its environment."""

    def __init__(self, processes, jar, log_path, isal=None):
        """@param isal the build of ISA-L to load; the system's if None"""
        environment = {name: value for name, value in os.environ.items() if name != ISAL}
        if isal:
            environment[ISAL] = isal
        command = [str(java_home() / "bin" / "java"), *_FLAGS, "-cp", str(jar), "dev.ashlar.bench.run.PointRunner"]
        self._log_path = log_path
        self._child = processes.spawn(command, log_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)

    def ask(self, line):
        try:
            self._child.stdin.write(f"{line}\n".encode())
            self._child.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self._child.stdout.readline()
        if not answer:
            raise BenchError(f"the measuring process has died: {self._last_words()} ({self._log_path})")
        return json.loads(answer)

    def _last_words(self):
        lines = self._log_path.read_text(errors="replace").strip().splitlines() if self._log_path.exists() else []
        return lines[-1] if lines else "it said nothing"
