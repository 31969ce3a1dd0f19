# nbd-restart.sh OUT SHARE SERVER=PORT... - servers that die under mounted file systems; runs in the guest.
#
# Each SERVER of the host has an export for every mode of coming back, named like the mode:
#   netlink    nbd-client as it is without options, with a time-out
#   persist    nbd-client -persist, which needs -nonetlink
#   reconnect  nbd-client as it is without options, then the kernel is told to wait for the connections that
#              nbd-reconnect.py brings
#   proxy      nbd-client on an nbdkit of the guest, whose client is libnbd and whose retry filter reconnects
# All of them are attached and mounted at the same time, and the last two carry a verifying fio. After the line KILL the
# host kills all servers, starts them again, and makes SHARE/restarted. OUT/results then gets a line
# "MODE.SERVER survived" or "MODE.SERVER lost: STEP..." for each, with the steps that failed.
set -u -o pipefail
out=$1 share=$2; shift 2
HERE=$(dirname "${BASH_SOURCE[0]}")
HOST=10.0.2.2
MODES=(netlink persist reconnect proxy)
BUSY=(reconnect proxy)
PATIENCE=100    # seconds that anything here may take to come back
TIMEOUT=10      # seconds after which the kernel gives up on an answer

mkfifo /run/pause && exec 9<> /run/pause
pause() { read -r -t 0.2 -u 9 _ || true; }
declare -A port=() device=() failed=() job=()
devices=0
servers=()
for word in "$@"; do servers+=("${word%=*}"); port[${word%=*}]=${word#*=}; done
modprobe -a nbd ext4

quietly() { "$@" > "/run/said.$BASHPID" 2>&1 || { echo "$*:"; cat "/run/said.$BASHPID"; return 1; }; }
await() {       # await SECONDS CONDITION...
    local end=$((SECONDS + $1)); shift
    until "$@"; do [ $SECONDS -lt $end ] || return 1; pause; done
}
each() {        # each FUNCTION MODE...: FUNCTION MODE SERVER for all servers
    local function=$1 mode server; shift
    for mode in "$@"; do for server in "${servers[@]}"; do "$function" "$mode" "$server"; done; done
}
step() {        # step KEY WHAT COMMAND...: notes down what failed
    local key=$1 what=$2; shift 2
    "$@" || failed[$key]+=" $what"
}
has_size() { local sectors; read -r sectors < "/sys/block/nbd$1/size"; [ "$sectors" -gt 0 ]; }

attach() {
    local mode=$1 server=$2 here=/run/proxy.$2
    local address=($HOST "${port[$server]}") nbd=/dev/nbd$((++devices))
    device[$mode.$server]=$devices
    case $mode in
        netlink)    quietly nbd-client -t $TIMEOUT -C 2 "${address[@]}" $nbd -N "$mode" ;;
        persist)    quietly nbd-client -nonetlink -persist "${address[@]}" $nbd -N "$mode" ;;
        reconnect)  quietly nbd-client -t $TIMEOUT -C 2 "${address[@]}" $nbd -N "$mode"
                    quietly /usr/bin/python3 "$HERE/nbd-reconnect.py" $devices patience $PATIENCE ;;
        proxy)      quietly nbdkit -U "$here" -P "$here.pid" --filter=retry nbd "nbd://$HOST:${port[$server]}/$mode" \
                        retries=$PATIENCE retry-delay=1 retry-exponential=no
                    quietly nbd-client -C 2 -unix "$here" $nbd -N '' ;;
    esac && await 20 has_size $devices || exit 1
}

fill() {        # a file system with a file that is on the disk
    local key=$1.$2 m=/mnt/$1.$2 nbd
    nbd=/dev/nbd${device[$key]}
    mkdir -p "$m"
    quietly mkfs.ext4 -q -b 4096 -E lazy_itable_init=0 "$nbd" && mount "$nbd" "$m" || exit 1
    head -c 1M /dev/urandom > "$m/kept" && sync "$m/kept" || exit 1
    sha256sum < "$m/kept" > "/run/sum.$key"
}

busy() {        # fio, again and again, each time with other data
    local key=$1.$2 pass=0
    until [ -e /run/enough ]; do
        quietly fio --name=busy --filename="/mnt/$key/busy" --size=1M --rw=randrw --bsrange=4k-64k --ioengine=psync \
            --direct=1 --fsync=16 --randseed=$((++pass)) --verify=crc32c --verify_fatal=1 --do_verify=1 || return 1
        echo $pass > "/run/pass.$key"
    done
}
passed() {      # passed KEY PASSES: or has failed
    local pass=0
    kill -0 "${job[$1]}" 2> /dev/null || return 0
    read -r pass 2> /dev/null < "/run/pass.$1" || pass=0
    [ "$pass" -ge "$2" ]
}
start_busy() { busy "$1" "$2" & job[$1.$2]=$!; }
await_first() { await $PATIENCE passed "$1.$2" 1 || exit 1; }
await_two_more() {
    local key=$1.$2 pass
    read -r pass < "/run/pass.$key"
    await $PATIENCE passed "$key" $((pass + 2)) || { failed[$key]+=" fio-stuck"; kill "${job[$key]}"; }
}

reconnect() {
    quietly /usr/bin/python3 "$HERE/nbd-reconnect.py" "${device[$1.$2]}" reconnect 2 $HOST "${port[$2]}" "$1"
}
judge() {
    local key=$1.$2 m=/mnt/$1.$2
    [ -z "${job[$key]-}" ] || step "$key" fio wait "${job[$key]}"
    step "$key" write dd if=/dev/urandom of="$m/after" bs=256K count=1 conv=fsync status=none
    step "$key" read same "$key"
    step "$key" unmount umount "$m"
    [ -n "${failed[$key]-}" ] || step "$key" fsck quietly e2fsck -fn "/dev/nbd${device[$key]}"
    local outcome=survived
    [ -z "${failed[$key]-}" ] || outcome="lost:${failed[$key]}"
    echo "$key $outcome" | tee -a "$out/results"
}
same() { [ "$(timeout $PATIENCE sha256sum < "/mnt/$1/kept")" = "$(cat "/run/sum.$1")" ]; }

each attach "${MODES[@]}"
each fill "${MODES[@]}"
each start_busy "${BUSY[@]}"
each await_first "${BUSY[@]}"
echo KILL
await $PATIENCE test -e "$share/restarted" || exit 1
each reconnect reconnect
each await_two_more "${BUSY[@]}"
touch /run/enough
echo 3 > /proc/sys/vm/drop_caches
each judge "${MODES[@]}" 2>&1
grep -qsx nbd-client /proc/[0-9]*/comm && client='is still there' || client='has ended'
echo "the nbd-client of -persist $client"
for pid in /run/proxy.*.pid; do kill "$(cat "$pid")"; done
for n in "${device[@]}"; do quietly nbd-client -d "/dev/nbd$n"; done
echo "restart: done after $SECONDS s"
