"""One connection of the FUA load as a process: python3 -m nbdbench.fua URI SIZE_BYTES SECONDS; latencies on stdout."""

import sys

from .client import fua_writes

if __name__ == "__main__":
    sys.stdout.buffer.write(fua_writes(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])).tobytes())
