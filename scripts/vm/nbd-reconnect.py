"""Talks to the kernel's NBD driver about an attached device, which nbd-client 3.24 cannot do.

nbd-reconnect.py INDEX patience SECONDS
    what is sent to /dev/nbdINDEX while it has no connection waits so long for a new one instead of failing
nbd-reconnect.py INDEX reconnect CONNECTIONS HOST PORT EXPORT
    gives the device new connections in the place of dead ones

It sends NBD_CMD_RECONFIGURE over generic netlink, as linux/nbd-netlink.h describes it.
"""

import socket
import struct
import sys

NETLINK_GENERIC = 16
NLMSG_ERROR = 2
REQUEST_WITH_ACK = 5
NESTED = 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
NBD_CMD_RECONFIGURE = 3
NBD_ATTR_INDEX, NBD_ATTR_SOCKETS, NBD_ATTR_DEAD_CONN_TIMEOUT = 1, 7, 8
NBD_SOCK_ITEM, NBD_SOCK_FD = 1, 1
OPT_GO, REP_ACK, REP_INFO = 7, 1, 3


def attribute(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def ask(netlink, family, command, attributes):
    """Sends one command; the payloads of the answers to it."""
    body = struct.pack("BBH", command, 1, 0) + attributes
    netlink.send(struct.pack("IHHII", 16 + len(body), family, REQUEST_WITH_ACK, 1, 0) + body)
    answers = []
    while True:
        packet = netlink.recv(1 << 16)
        while packet:
            length, kind = struct.unpack_from("IH", packet)
            message, packet = packet[16:length], packet[length + 3 & ~3:]
            if kind != NLMSG_ERROR:
                answers.append(message)
                continue
            error = -struct.unpack_from("i", message)[0]
            if error:
                raise OSError(error, "the kernel refuses")
            return answers


def nbd_family(netlink):
    name = attribute(CTRL_ATTR_FAMILY_NAME, b"nbd\0")
    answer = ask(netlink, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, name)[0][4:]
    while answer:
        length, kind = struct.unpack_from("HH", answer)
        if kind == CTRL_ATTR_FAMILY_ID:
            return struct.unpack_from("H", answer, 4)[0]
        answer = answer[length + 3 & ~3:]
    raise OSError("no nbd family")


def receive(server, count):
    data = server.recv(count, socket.MSG_WAITALL)
    if len(data) < count:
        raise EOFError("the server has closed")
    return data


def negotiate(host, port, export):
    """A connection in the transmission phase."""
    server = socket.create_connection((host, port))
    receive(server, 18)
    name = export.encode()
    data = struct.pack(">I", len(name)) + name + struct.pack(">H", 0)
    server.sendall(struct.pack(">I", 3) + b"IHAVEOPT" + struct.pack(">II", OPT_GO, len(data)) + data)
    while True:
        _, _, kind, length = struct.unpack(">QIII", receive(server, 20))
        receive(server, length)
        if kind == REP_ACK:
            return server
        if kind != REP_INFO:
            raise OSError("the server refuses: %#x" % kind)


def main(index, what, *words):
    change = attribute(NBD_ATTR_INDEX, struct.pack("I", int(index)))
    servers = []
    if what == "patience":
        change += attribute(NBD_ATTR_DEAD_CONN_TIMEOUT, struct.pack("Q", int(words[0])))
    else:
        connections, host, port, export = words
        servers = [negotiate(host, int(port), export) for _ in range(int(connections))]
        items = [attribute(NBD_SOCK_FD, struct.pack("I", server.fileno())) for server in servers]
        change += attribute(NBD_ATTR_SOCKETS | NESTED, b"".join(attribute(NBD_SOCK_ITEM | NESTED, i) for i in items))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as netlink:
        ask(netlink, nbd_family(netlink), NBD_CMD_RECONFIGURE, change)


main(*sys.argv[1:])
