# main-job.sh DIR PORT EXPORT IMAGE... - a file system on an export of the host, then on its images; runs in the guest.
#
# The guest attaches the export, makes ext4, copies the files named in DIR/files and keeps a verifying fio busy until
# the host makes DIR/enough. It then compares every file with DIR/sums, unmounts and checks the file system. When the
# host has made DIR/stopped, the images are assembled by md, and the same file system is compared again.
#
# Lines for the host to wait for: BUSY, PASS n for each run of fio, DETACHED, DONE; other lines are for people. Any
# failure ends the script.
set -eu -o pipefail
dir=$1 port=$2 export=$3; shift 3
images=("$@")
NBD=/dev/nbd0 MD=/dev/md7 M=/mnt/job
LIMIT=240       # seconds the host may take to make a file

trap 'echo "FAILED at line $LINENO"; dmesg | tail -n 20' ERR
mkfifo /run/never && exec 9<> /run/never
await_file() {
    local end=$((SECONDS + LIMIT))
    until [ -e "$1" ]; do
        [ $SECONDS -lt $end ] || { echo "the host did not make $1"; return 1; }
        read -r -t 0.2 -u 9 _ || true
    done
}
compare() {     # past the page cache
    sync; echo 3 > /proc/sys/vm/drop_caches
    ( cd $M/tree && sha256sum --quiet -c "$dir/sums" )
    echo "$1: $(wc -l < "$dir/sums") files have the right content"
}
busy() {        # fio, again and again, each time with other data
    local pass=0
    until [ -e "$dir/enough" ] && [ $pass -gt 0 ]; do
        pass=$((pass + 1))
        fio --name=busy --filename=$M/busy --size=4M --rw=randrw --bsrange=4k-64k --ioengine=psync --direct=1 \
            --randseed=$pass --verify=crc32c --verify_fatal=1 --do_verify=1 --fsync=32 > /run/fio 2>&1 ||
            { cat /run/fio; return 1; }
        echo "PASS $pass"
    done
    echo "fio: $pass passes verified"
}

modprobe -a nbd ext4 loop raid456
mkdir -p $M
nbd-client 10.0.2.2 "$port" $NBD -N "$export" > /run/attach 2>&1 || { cat /run/attach; exit 1; }
blockdev --getsize64 $NBD | sed 's/^/attached: bytes /'
mkfs.ext4 -q $NBD
mount $NBD $M
mkdir $M/tree
tar -C / -cf - -T "$dir/files" | tar -C $M/tree -xf -
sync
echo "copied: $(du -sk $M/tree | cut -f 1) KiB"

busy & fio=$!
until [ -s $M/busy ]; do kill -0 $fio; read -r -t 0.2 -u 9 _ || true; done
echo BUSY
wait $fio
compare "over nbd"
umount $M
e2fsck -fn $NBD > /run/fsck 2>&1 || { cat /run/fsck; exit 1; }
echo "e2fsck over nbd: clean"
nbd-client -d $NBD > /dev/null
echo DETACHED

await_file "$dir/stopped"
# Copies, because md writes even to the members of an array that it only reads: the bitmap's header.
mkdir /t && mount -t tmpfs -o size=90% tmpfs /t
loops=()
for image in "${images[@]}"; do
    copy=/t/${#loops[@]}
    cp --sparse=always "$image" $copy
    loops+=("$(losetup --show -f $copy)")
done
mdadm --assemble $MD "${loops[@]}"
cat /proc/mdstat
[ "$(cat /sys/block/md7/md/degraded)" = 0 ]
e2fsck -fn $MD > /run/fsck 2>&1 || { cat /run/fsck; exit 1; }
echo "e2fsck on md: clean"
mount -o ro $MD $M
compare "on md"
umount $M
echo check > /sys/block/md7/md/sync_action
until [ "$(cat /sys/block/md7/md/sync_action)" = idle ]; do read -r -t 0.2 -u 9 _ || true; done
[ "$(cat /sys/block/md7/md/last_sync_action)" = check ]
echo "check by md: mismatch_cnt $(cat /sys/block/md7/md/mismatch_cnt)"
[ "$(cat /sys/block/md7/md/mismatch_cnt)" = 0 ]
mdadm --stop $MD
echo DONE
