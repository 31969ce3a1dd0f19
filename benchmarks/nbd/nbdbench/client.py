"""
A small NBD client: one connection, fixed newstyle, simple replies, one request at a time.

It does what fio's engine does not: look whether somebody listens, hold idle connections, and write with FUA. The wire
format is that of doc/proto.md of the NBD project.
"""

import os
import socket
import struct
import time
from array import array
from urllib.parse import parse_qs, unquote, urlsplit

from .errors import BenchError

_NBDMAGIC = 0x4E42444D41474943
_IHAVEOPT = 0x49484156454F5054
_OPTION_REPLY = 0x3E889045565A9
_REQUEST = 0x25609513
_SIMPLE_REPLY = 0x67446698
_FIXED_NEWSTYLE_AND_NO_ZEROES = 3
_OPT_GO = 7
_REP_ACK = 1
_REP_INFO = 3
_INFO_EXPORT = 0
_CMD_READ, _CMD_WRITE, _CMD_DISC = 0, 1, 2
_FLAG_FUA = 1
_SEND_FUA = 1 << 3


class Client:
    def __init__(self, uri, timeout_s=10):
        parts = urlsplit(uri)
        self._uri = uri
        if parts.scheme == "nbd+unix":
            self._socket = socket.socket(socket.AF_UNIX)
            address = parse_qs(parts.query)["socket"][0]
        else:
            self._socket = socket.socket(socket.AF_INET)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            address = (parts.hostname, parts.port)
        try:
            self._socket.settimeout(timeout_s)
            self._socket.connect(address)
            self._negotiate(unquote(parts.path.lstrip("/")).encode())
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._socket.sendall(struct.pack(">IHHQQI", _REQUEST, 0, _CMD_DISC, 0, 0, 0))
        except OSError:
            pass
        self._socket.close()

    def _receive(self, length):
        data = bytearray()
        while len(data) < length:
            more = self._socket.recv(length - len(data))
            if not more:
                raise BenchError(f"{self._uri} closed the connection")
            data += more
        return bytes(data)

    def _negotiate(self, name):
        magic, style, _flags = struct.unpack(">QQH", self._receive(18))
        if (magic, style) != (_NBDMAGIC, _IHAVEOPT):
            raise BenchError(f"{self._uri} greets with other magic than NBD's")
        body = struct.pack(">I", len(name)) + name + struct.pack(">H", 0)
        self._socket.sendall(struct.pack(">IQII", _FIXED_NEWSTYLE_AND_NO_ZEROES, _IHAVEOPT, _OPT_GO, len(body)) + body)
        while True:
            magic, _option, kind, length = struct.unpack(">QIII", self._receive(20))
            payload = self._receive(length)
            if magic != _OPTION_REPLY or kind & 0x80000000:
                raise BenchError(f"{self._uri} refuses the export: {payload[:200]!r}")
            if kind == _REP_INFO and struct.unpack_from(">H", payload)[0] == _INFO_EXPORT:
                self.size_bytes, self.flags = struct.unpack_from(">QH", payload, 2)
            if kind == _REP_ACK:
                return

    def _reply(self):
        magic, error, _cookie = struct.unpack(">IIQ", self._receive(16))
        if magic != _SIMPLE_REPLY or error != 0:
            raise BenchError(f"{self._uri} answers a request with error {error}")

    def read(self, offset_bytes, length):
        self._socket.sendall(struct.pack(">IHHQQI", _REQUEST, 0, _CMD_READ, 1, offset_bytes, length))
        self._reply()
        return self._receive(length)

    def write(self, offset_bytes, data, fua=False):
        flags = _FLAG_FUA if fua else 0
        header = struct.pack(">IHHQQI", _REQUEST, flags, _CMD_WRITE, 1, offset_bytes, len(data))
        self._socket.sendall(header + data)
        self._reply()


def fua_writes(uri, size_bytes, seconds):
    """Writes random blocks of 4 KiB with FUA, one after the other, and gives the latency of each in ns."""
    latencies = array("q")
    with Client(uri) as client:
        if not client.flags & _SEND_FUA:
            raise BenchError(f"{uri} does not take FUA")
        data = os.urandom(4096)
        blocks = size_bytes // 4096
        now = time.perf_counter_ns()
        end = now + int(seconds * 1e9)
        state = int.from_bytes(os.urandom(4), "big")
        while now < end:
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            client.write((state >> 8) % blocks * 4096, data, fua=True)
            after = time.perf_counter_ns()
            latencies.append(after - now)
            now = after
    return latencies
