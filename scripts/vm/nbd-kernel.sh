# nbd-kernel.sh OUT PORT EXPORT IMAGES - the kernel's NBD client on one export of the host; runs in the guest.
#
# With one connection and with four: ext4 and xfs are made, verified by fio, trimmed and checked; then the bare device
# is zeroed and discarded. IMAGES is the directory of the export's member images, where the effect of a trim shows.
#
# OUT/results gets lines "C.KEY VALUE", where C is the number of connections; any failure ends the script.
set -eu -o pipefail
out=$1 port=$2 export=$3 images=$4
NBD=/dev/nbd0 SYS=/sys/block/nbd0 DEBUG=/sys/kernel/debug M=/mnt/kernel
MIB=1048576

trap 'echo "FAILED at line $LINENO, $c connections"; dmesg | tail -n 20' ERR
modprobe -a nbd ext4 xfs
mountpoint -q $DEBUG || mount -t debugfs debugfs $DEBUG
mkdir -p $M
mkfifo /run/never && exec 9<> /run/never

result() { echo "$c.$*" >> "$out/results"; }
fact() { local v; read -r v < "$2"; result "$1" "$v"; }     # the first line of a file
quietly() { "$@" > /run/said 2>&1 || { cat /run/said; return 1; }; }
allocated() { du -sk "$images" | cut -f 1; }                # KiB of the member images
random() { head -c $(($1 * MIB)) /dev/urandom; }            # MiB of them
same() { cmp -n $(($1 * MIB)) -i $(($2 * MIB)):$(($3 * MIB)) "$4" "$5"; }

attach() {
    quietly nbd-client -C "$c" 10.0.2.2 "$port" $NBD -N "$export"
    local queues=($SYS/mq/*) sockets key
    sockets=$(grep -c "0202000A:$(printf %04X "$port") 01" /proc/net/tcp)
    result queues ${#queues[@]}
    result sockets "$sockets"
    fact flags $DEBUG/nbd/nbd0/flags
    fact sectors $SYS/size
    fact read-only $SYS/ro
    for key in write_cache fua rotational logical_block_size discard_max_bytes write_zeroes_max_bytes; do
        fact $key $SYS/queue/$key
    done
}

# Four writers, each bound to a CPU of its own and so to a queue of its own where there are four.
verify() {
    quietly fio --name=verify --directory=$M --size=1M --numjobs=4 --thread --cpus_allowed=0-3 \
        --cpus_allowed_policy=split --rw=randrw --bsrange=4k-64k --ioengine=psync --direct=1 --fsync=32 \
        --randseed="$c" --verify=crc32c --verify_fatal=1 --do_verify=1
}

# A file with zeroes in its middle; then a bigger one, whose blocks go back to the host.
zero_and_trim() {
    local full
    random 2 > $M/zeroed
    fallocate -z -o $MIB -l $((MIB / 2)) $M/zeroed
    random 12 > $M/big
    sync
    echo 3 > /proc/sys/vm/drop_caches
    cmp -n $((MIB / 2)) -i $MIB:0 $M/zeroed /dev/zero
    full=$(allocated)
    rm $M/big
    sync
    fstrim $M
    result "$1-trimmed" "$((full - $(allocated)))"
}

file_system() {     # file_system TYPE OPTIONS WORD...: makes, mounts and uses it, leaves it unmounted and checked
    quietly mkfs -t "$1" "${@:3}" $NBD
    mount -o "$2" $NBD $M
    verify
    zero_and_trim "$1"
    umount $M
    case $1 in
        ext4) quietly e2fsck -fn $NBD ;;
        xfs) quietly xfs_repair -n $NBD ;;
    esac
    result "$1" clean
    quietly wipefs -a $NBD
}

bare_device() {
    local full
    random 8 > /run/random
    dd if=/run/random of=$NBD bs=1M conv=fsync status=none
    blkdiscard -z -o $MIB -l $((2 * MIB)) $NBD
    fallocate -z -o $((4 * MIB)) -l $MIB $NBD
    blockdev --flushbufs $NBD
    same 1 0 0 $NBD /run/random
    same 2 1 0 $NBD /dev/zero
    same 1 3 3 $NBD /run/random
    same 1 4 0 $NBD /dev/zero
    same 3 5 5 $NBD /run/random
    full=$(allocated)
    blkdiscard $NBD
    result discarded "$((full - $(allocated)))"
    blockdev --flushbufs $NBD
    same 8 0 0 $NBD /dev/zero
}

for c in 1 4; do
    attach
    # Inode tables that are zeroed in the background would take what a trim gives back.
    file_system ext4 noinit_itable -b 4096
    file_system xfs defaults
    bare_device
    used=0
    for run in $DEBUG/block/nbd0/hctx*/run; do
        read -r times < "$run"
        [ "$times" = 0 ] || used=$((used + 1))
    done
    result used-queues $used
    quietly nbd-client -d $NBD
    while [ -e $SYS/pid ]; do read -r -t 0.1 -u 9 _ || true; done
    result done yes
    echo "kernel client with $c connections: done after $SECONDS s"
done
