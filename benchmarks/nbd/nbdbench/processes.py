"""
The processes that a run starts, and their end.

Invariant: whatever was started here has ended when the with block is left, however it is left. Children run in sessions
of their own, so a Ctrl-C reaches them only through us, and get SIGTERM from the kernel should we be killed outright.
"""

import ctypes
import os
import signal
import subprocess
import time

from . import procfs
from .errors import BenchError

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)
_STOP_S = 15


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _interrupt(number, _frame):
    raise KeyboardInterrupt(signal.Signals(number).name)


class Processes:
    def __enter__(self):
        self._pids = []
        # A server that makes itself a daemon becomes our child again, so that it can be waited for.
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        return self

    def __exit__(self, *_):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for pid in reversed(list(self._pids)):
            self.stop(pid)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    def spawn(self, command, log_path, stdin=subprocess.DEVNULL, stdout=None, env=None):
        """Starts a command whose output goes to the log; with stdout=PIPE only its standard error does."""
        with open(log_path, "ab") as log:
            child = subprocess.Popen(command, stdin=stdin, stdout=stdout or log, stderr=log, env=env,
                                     start_new_session=True, preexec_fn=_die_with_parent)
        self._pids.append(child.pid)
        return child

    def adopt(self, pid):
        """Takes on the end of a daemon that a command left behind."""
        self._pids.append(pid)

    def forget(self, pid):
        """For a child that was waited for."""
        self._pids.remove(pid)

    def run(self, command, env=None):
        """Runs a command to its end and gives its standard output."""
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True, errors="replace", env=env, start_new_session=True,
                                 preexec_fn=_die_with_parent)
        self._pids.append(child.pid)
        out, err = child.communicate()
        self._pids.remove(child.pid)
        if child.returncode != 0:
            said = (err.strip() or out.strip()).splitlines()[-5:]
            raise BenchError(f"{command[0]} ended with {child.returncode}: {' | '.join(said)}\n"
                             f"the command was: {' '.join(command)}")
        return out

    def stop(self, pid):
        """SIGTERM to the process and to what it started, SIGKILL to what is left after a while."""
        if pid in self._pids:
            self._pids.remove(pid)
        family = procfs.tree(pid)
        # A tracer lets go of what it traces when it is told to end, so its children go first and it follows by itself.
        first = family[1:] if self._is_tracer(pid) and len(family) > 1 else family
        self._signal(first, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_S
        while self._reap() or not all(self._gone(each) for each in family):
            if time.monotonic() > deadline:
                self._signal(family, signal.SIGKILL)
                deadline += _STOP_S
            time.sleep(0.005)

    @staticmethod
    def _gone(pid):
        """Also a zombie, but for one of our own: its first thread may be dead while others still hold its memory."""
        fields = procfs.stat_fields(pid)
        return fields is None or (fields[0] in "ZX" and int(fields[1]) != os.getpid())

    @staticmethod
    def _is_tracer(pid):
        try:
            with open(f"/proc/{pid}/comm") as comm:
                return comm.read().strip() == "strace"
        except OSError:
            return False

    @staticmethod
    def _signal(pids, number):
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    @staticmethod
    def _reap():
        """Collects one child that has ended; whether there was one."""
        try:
            return os.waitpid(-1, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return False
