"""
The servers that are compared: how each is started at its best, and under which URIs it answers.

Each has one process, or one a transport where it can listen on one address only. All of them serve files in the
workspace, except nbdkit's memory plugin.
"""

import json
import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import procfs
from .client import Client
from .errors import BenchError
from .units import in_words, short_size

_READY_S = 60
_MEMBERS = 8
_OVERHEAD_BYTES = 64 << 20


@dataclass(frozen=True)
class Endpoint:
    server: str
    transport: str
    uri: str
    pid: int


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """
    name  what --servers takes
    data_bytes, memory_bytes  what it takes of the workspace, and of memory beside it
    warm_up_runs  after how many runs of some thousand requests it does what it will always do
    """

    warm_up_runs = 1

    def __init__(self, name, title, size_bytes):
        self.name, self.title, self.size_bytes = name, title, size_bytes
        self.data_bytes, self.memory_bytes = size_bytes, 64 << 20
        self.endpoints = {}
        self.commands = []

    def start(self, processes, directory, transports, wrapper=()):
        self.serve(processes, directory, transports, self.prepare(processes, directory), wrapper)

    def prepare(self, processes, directory):
        """Makes what it will serve, of zeroes and holes, and gives its paths."""
        image = directory / f"{self.name}.img"
        with open(image, "wb") as file:
            file.truncate(self.size_bytes)
        return [image]

    def serve(self, processes, directory, transports, images, wrapper=()):
        """Starts it and waits until it answers on every transport. The wrapper goes before each command."""
        raise NotImplementedError

    def pids(self):
        return sorted({endpoint.pid for endpoint in self.endpoints.values()})

    def log_path(self, directory):
        return directory / f"{self.name}.log"

    def _answered(self, child, directory, transport, uri, pid=None):
        wait_for_answer(self, child, self.log_path(directory), uri)
        self.endpoints[transport] = Endpoint(self.name, transport, uri, pid or child.pid)

    def _note(self, command, directory):
        self.commands.append(" ".join(command).replace(f"{directory}/", ""))


def wait_for_answer(server, child, log_path, uri):
    deadline = time.monotonic() + _READY_S
    while True:
        try:
            with Client(uri) as client:
                if client.size_bytes < server.size_bytes:
                    raise BenchError(f"{server.name} serves {client.size_bytes} bytes only")
                return
        except (ConnectionError, FileNotFoundError) as waiting:
            if child.poll() not in (None, 0) or time.monotonic() > deadline:
                raise BenchError(f"{server.name} does not answer at {uri} ({waiting}); its log ends:\n"
                                 + tail(log_path)) from None
            time.sleep(0.001)


def tail(log_path):
    return "\n".join(log_path.read_text(errors="replace").splitlines()[-10:])


class _OneAddress(Server):
    """A server of one address a process."""

    def serve(self, processes, directory, transports, images, wrapper=()):
        for transport in transports:
            socket_path, port = directory / f"{self.name}.sock", free_port()
            uri = f"nbd+unix:///?socket={socket_path}" if transport == "unix" else f"nbd://127.0.0.1:{port}/"
            command = self._command(images[0], transport, socket_path, port)
            self._note(command, directory)
            child = processes.spawn([*wrapper, *command], self.log_path(directory))
            self._answered(child, directory, transport, uri)

    def _command(self, image, transport, socket_path, port):
        raise NotImplementedError


class NbdkitFile(_OneAddress):
    def __init__(self, size_bytes):
        super().__init__("nbdkit-file", "nbdkit file", size_bytes)

    def _command(self, image, transport, socket_path, port):
        return [*_nbdkit(transport, socket_path, port), "file", f"file={image}"]


class NbdkitMemory(_OneAddress):
    def __init__(self, size_bytes):
        super().__init__("nbdkit-memory", "nbdkit memory", size_bytes)
        # One copy a transport.
        self.data_bytes, self.memory_bytes = 0, 2 * size_bytes

    def prepare(self, processes, directory):
        return [None]

    def _command(self, image, transport, socket_path, port):
        return [*_nbdkit(transport, socket_path, port), "memory", f"size={self.size_bytes}", "allocator=malloc"]


def _nbdkit(transport, socket_path, port):
    address = ["-U", str(socket_path)] if transport == "unix" else ["-i", "127.0.0.1", "-p", str(port)]
    return ["nbdkit", "-f", "-t", "16", *address]


class QemuNbd(_OneAddress):
    """The two processes share one image, so its lock is off."""

    def __init__(self, size_bytes, aio):
        super().__init__("qemu-nbd" if aio == "threads" else "qemu-nbd-uring", f"qemu-nbd, aio={aio}", size_bytes)
        self._aio = aio

    def _command(self, image, transport, socket_path, port):
        address = ["-k", str(socket_path)] if transport == "unix" else ["-b", "127.0.0.1", "-p", str(port)]
        options = f"driver=raw,file.driver=file,file.filename={image},file.locking=off"
        return ["qemu-nbd", "--image-opts", options, "-t", "-e", "16", "--cache=writeback", f"--aio={self._aio}",
                "--discard=unmap", *address]


class NbdServer(Server):
    """Makes itself a daemon and forks for each connection, hence the process file."""

    def __init__(self, size_bytes):
        super().__init__("nbd-server", "nbd-server", size_bytes)

    def serve(self, processes, directory, transports, images, wrapper=()):
        config, pid_path, socket_path = (directory / f"{self.name}.{end}" for end in ("conf", "pid", "sock"))
        port = free_port()
        config.write_text("[generic]\nallowlist = true\nduallisten = true\n"
                          f"listenaddr = 127.0.0.1\nport = {port}\nunixsock = {socket_path}\n"
                          f"[data]\nexportname = {images[0]}\nflush = true\nfua = true\ntrim = true\n")
        command = ["nbd-server", "-C", str(config), "-p", str(pid_path)]
        self._note(command, directory)
        child = processes.spawn([*wrapper, *command], self.log_path(directory))
        deadline = time.monotonic() + _READY_S
        while not (pid_path.exists() and pid_path.read_text().strip()):
            if child.poll() not in (None, 0) or time.monotonic() > deadline:
                raise BenchError(f"nbd-server did not start; it said:\n{tail(self.log_path(directory))}")
            time.sleep(0.001)
        pid = int(pid_path.read_text())
        processes.adopt(pid)
        for transport in transports:
            uri = f"nbd+unix:///data?socket={socket_path}" if transport == "unix" else f"nbd://127.0.0.1:{port}/data"
            self._answered(child, directory, transport, uri, pid)


class Ashlar(Server):
    """A new array of images that are all zeroes, so its parity is right from the start and nothing is resynced."""

    warm_up_runs = 3

    def __init__(self, name, title, size_bytes, launcher, level=6, members=_MEMBERS, chunk_bytes=0):
        super().__init__(name, title, size_bytes)
        self.launcher, self._level, self._members, self.chunk_bytes = str(launcher), level, members, chunk_bytes
        data_members = {0: members, 1: 1, 6: members - 2}[level]
        self._member_bytes = -(-size_bytes // data_members) + _OVERHEAD_BYTES
        self.data_bytes = members * (self._member_bytes - (_OVERHEAD_BYTES >> 1))
        self.memory_bytes = 512 << 20

    def _note(self, command, directory):
        super()._note(["./ashlar", *command[1:]], directory)

    @property
    def array(self):
        return f"bench-{self.name}"[:32]

    @property
    def redundant(self):
        return self._level != 0

    def environment(self, directory):
        """The control files of this run lie in its workspace, and nothing is built while it runs."""
        runtime = directory / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        return {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "ASHLAR_NO_BUILD": "1"}

    def prepare(self, processes, directory):
        images = [str(directory / f"{self.name}-{role}.img") for role in range(self._members)]
        chunk = [f"--chunk={short_size(self.chunk_bytes)}"] if self.chunk_bytes else []
        policy = ["--consistency-policy=bitmap"] if self._level != 0 else []
        command = [self.launcher, "create", self.array, f"--level={self._level}", *chunk, *policy, "--assume-clean",
                   f"--member-size={self._member_bytes >> 20}M", *images]
        self._note(command, directory)
        processes.run(command, self.environment(directory))
        return images

    def serve(self, processes, directory, transports, images, wrapper=()):
        addresses = {"unix": f"--unix={directory / f'{self.name}.sock'}", "tcp": "--listen=127.0.0.1:0"}
        command = [self.launcher, "serve", "--json", *[addresses[each] for each in transports], *images]
        self._note(command, directory)
        child = processes.spawn([*wrapper, *command], self.log_path(directory), stdout=subprocess.PIPE,
                                env=self.environment(directory))
        line = child.stdout.readline().decode()
        if not line.strip():
            raise BenchError(f"{self.name} did not start; its log ends:\n{tail(self.log_path(directory))}")
        schemes = {"unix": "nbd+unix:", "tcp": "nbd:"}
        uris = _strings(json.loads(line))
        for transport in transports:
            uri = next(uri for uri in uris if uri.startswith(schemes[transport]))
            self._answered(child, directory, transport, uri, procfs.tree(child.pid)[-1])

    def check(self, processes, directory):
        """Compares all data with their parity; ends with an error where they differ."""
        processes.run([self.launcher, "check", self.array], self.environment(directory))

    def java_flags(self):
        command = Path(f"/proc/{self.pids()[0]}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return [word for word in command[1:] if word.startswith(("-X", "--add", "--enable"))]


def _strings(value):
    if isinstance(value, str):
        return [value]
    return [text for each in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
            for text in _strings(each)]


PEERS = {"nbdkit-file": "nbdkit", "nbdkit-memory": "nbdkit", "qemu-nbd": "qemu-nbd", "qemu-nbd-uring": "qemu-nbd",
         "nbd-server": "nbd-server"}


def make_peer(name, size_bytes):
    return {"nbdkit-file": NbdkitFile, "nbdkit-memory": NbdkitMemory, "nbd-server": NbdServer,
            "qemu-nbd": lambda size: QemuNbd(size, "threads"),
            "qemu-nbd-uring": lambda size: QemuNbd(size, "io_uring")}[name](size_bytes)


def make_ashlar(launcher, size_bytes, chunk_bytes):
    return Ashlar("ashlar", f"Ashlar, RAID 6 (6+2), chunk {in_words(chunk_bytes)}", size_bytes, launcher,
                  chunk_bytes=chunk_bytes)


def make_ashlar_chunk(launcher, size_bytes, chunk_bytes):
    """The array of another chunk that a full-stripe pattern writes to."""
    short = short_size(chunk_bytes)
    return Ashlar(f"ashlar-{short.lower()}", f"Ashlar, RAID 6 (6+2), chunk {in_words(chunk_bytes)}", size_bytes,
                  launcher, chunk_bytes=chunk_bytes)


def make_reference(launcher, size_bytes, chunk_bytes):
    return [Ashlar("ashlar-raid0", "Ashlar, RAID 0 of 2", size_bytes, launcher, 0, 2, chunk_bytes),
            Ashlar("ashlar-raid1", "Ashlar, RAID 1 of 2", size_bytes, launcher, 1, 2)]
