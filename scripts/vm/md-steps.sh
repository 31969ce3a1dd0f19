# md-steps.sh STEPS OUT - take md arrays through the steps of a list; runs in the guest of guest-run.
#
# STEPS has one step a line; words are separated by blanks:
#   array NAME DEVICE...   begin an array; devices are numbered from 0 in the steps that follow
#   examine                mdadm --examine of all devices to OUT/NAME/examine
#   examine-bitmap         mdadm --examine-bitmap of all devices to OUT/NAME/examine-bitmap
#   create COUNT WORD...   mdadm --create with these words over the first COUNT devices
#   assemble COUNT         mdadm --assemble of the first COUNT devices, nothing forced
#   readwrite              leave md's auto-read-only state
#   hash LABEL             SHA-256 and size of the whole volume
#   check LABEL            run sync_action=check to its end; mismatch_cnt is the result
#   write FILE KIB         write FILE to the volume at this KiB, directly, and flush
#   fail K / remove K / add K / zero K    one device; zero: take its superblock away
#   settle DEGRADED        wait until nothing is synced and so many roles are missing
#   fact LABEL FILE        the first line of a file of the array's sysfs directory
#   stop
#
# OUT/results gets one line "NAME KEY VALUE" a result. After a step that fails there is a line
# "NAME error ..." and the rest of that array's steps are left out.
export TZ=UTC LC_ALL=C
steps=$1 out=$2
MD=/dev/md7 SYS=/sys/block/md7/md
LIMIT=120       # seconds any one step may wait
name='' devices=() broken=0

modprobe -a loop raid0 raid1 raid456 raid10
echo 500000 > /proc/sys/dev/raid/speed_limit_min
echo 1000000 > /proc/sys/dev/raid/speed_limit_max
: > "$out/results"
mkfifo /run/never && exec 9<> /run/never

result() { echo "$name $*" >> "$out/results"; }
pause() { read -r -t 0.05 -u 9 _; }     # without a fork: they are slow here
until_true() {                          # until_true CONDITION...: polls it, at most LIMIT seconds
    local end=$((SECONDS + LIMIT))
    until "$@"; do
        [ $SECONDS -lt $end ] || { echo "still not so after $LIMIT s: $*"; return 1; }
        pause
    done
    return 0
}
is() { local v=''; read -r v < "$SYS/$1"; [ "$v" = "$2" ]; }
settled() { is sync_action idle && is degraded "$1"; }
faulty() { local v=''; read -r v < "$SYS/dev-${1#/dev/}/state"; [[ $v == *faulty* ]]; }
detached() { mdadm $MD --remove "$1" > /dev/null 2>&1; [ ! -e "$SYS/dev-${1#/dev/}" ]; }
stopped() { [ ! -e $SYS ] || { mdadm --stop $MD > /dev/null 2>&1; [ ! -e $SYS ]; }; }

check() {
    echo check > $SYS/sync_action || return 1
    until_true is sync_action idle || return 1
    is last_sync_action check || { echo "the check did not run"; return 1; }
    local n; read -r n < $SYS/mismatch_cnt
    result "mismatch.$1" "$n"
}

hash_volume() {
    local sum size
    blockdev --flushbufs $MD || return 1
    sum=$(sha256sum $MD) && read -r size < /sys/block/md7/size || return 1
    result "sha256.$1" "${sum%% *}"
    result "bytes.$1" $((size * 512))
}

step() {
    local verb=$1 k; shift
    case $verb in
        examine|examine-bitmap)
            mdadm --$verb "${devices[@]}" > "$out/$name/$verb" 2>&1
            true ;;     # mdadm may be unhappy about a device without a superblock
        create)     k=$1; shift; mdadm --create $MD --run "$@" "${devices[@]:0:k}" ;;
        assemble)   mdadm --assemble $MD "${devices[@]:0:$1}" && [ -e $SYS ] ;;
        readwrite)  mdadm --readwrite $MD ;;
        hash)       hash_volume "$1" ;;
        check)      check "$1" ;;
        write)      dd if="$1" of=$MD bs=64K seek=$(($2 * 1024)) oflag=direct,seek_bytes conv=notrunc,fsync \
                        status=none ;;
        fail)       mdadm $MD --fail "${devices[$1]}" && until_true faulty "${devices[$1]}" ;;
        remove)     until_true detached "${devices[$1]}" ;;
        zero)       mdadm --zero-superblock "${devices[$1]}" ;;
        add)        mdadm $MD --add "${devices[$1]}" ;;
        settle)     until_true settled "$1" ;;
        fact)       k=''; read -r k < "$SYS/$2"; result "$1" "$k" ;;
        stop)       mdadm --stop $MD && until_true stopped ;;
        *)          echo "unknown step"; return 1 ;;
    esac
}

while read -r -a words; do
    [ ${#words[@]} -gt 0 ] || continue
    if [ "${words[0]}" = array ]; then
        until_true stopped > /dev/null || { result error "array before: does not stop"; exit 1; }
        name=${words[1]} devices=("${words[@]:2}") broken=0
        mkdir -p "$out/$name"
    elif [ $broken = 0 ]; then
        began=${EPOCHREALTIME/./}
        if step "${words[@]}" > "$out/$name/said" 2>&1; then
            [ "${words[0]}" = stop ] && result done yes
        else
            broken=1
            result error "${words[*]}: $(tr '\n' ' ' < "$out/$name/said")"
        fi
        took=$(((${EPOCHREALTIME/./} - began) / 1000))
        { echo "# ${words[*]} ($took ms)"; cat "$out/$name/said"; } >> "$out/$name/log"
    fi
done < "$steps"
until_true stopped > /dev/null
dmesg > "$out/dmesg"
