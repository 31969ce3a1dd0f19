# nbd-clients.sh SHARE EXPORT IMAGES ashlar=PORT nbdkit=PORT - all that the kernel's NBD client is asked in one boot.
set -eu
here=$(dirname "${BASH_SOURCE[0]}")
share=$1 export=$2 images=$3 ashlar=$4 nbdkit=$5
bash "$here/nbd-kernel.sh" "$share" "${ashlar#*=}" "$export" "$images"
bash "$here/nbd-restart.sh" "$share" "$share" "$nbdkit" "$ashlar"
