package dev.ashlar.raid.array;

import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a member's bad-block log on disk in step with memory. Invariant: a range is remembered as bad before anything
 * relies on it, and forgotten on disk only after what was written there is durable. Called under the state lock.
 */
final class BadBlockLog {
    private static final Logger LOG = LoggerFactory.getLogger(BadBlockLog.class);

    private BadBlockLog() {}

    /** Whether the range is durable in the member's log now. */
    static boolean add(ArrayCore core, Member member, long offsetBytes, long lengthBytes) {
        if (core.readOnly || !member.fields().hasBadBlockLog()) {
            return false;
        }
        long first = member.deviceSector(offsetBytes);
        long sectors = member.deviceSector(offsetBytes + lengthBytes + 511) - first;
        if (!member.badBlocks().add(first, sectors)) {
            return false;
        }
        LOG.error("{}: sectors {} to {} of {} are lost and remembered as bad", core.name, first, first + sectors - 1,
                member.name());
        return store(core, member);
    }

    /** The range was written anew. It is made durable first: after a power cut, a block that is not must not be read. */
    static void remove(ArrayCore core, Member member, long offsetBytes, long lengthBytes) {
        if (core.readOnly) {
            return;
        }
        long first = member.deviceSector(offsetBytes + 511);
        long end = member.deviceSector(offsetBytes + lengthBytes);
        if (end > first && flushed(core, member) && member.badBlocks().remove(first, end - first)) {
            store(core, member);
        }
    }

    private static boolean flushed(ArrayCore core, Member member) {
        try {
            member.flush();
            return true;
        } catch (IOException e) {
            member.countWriteError();
            try {
                core.memberFailed(member, member.describe("flush", 0, 0, e));
            } catch (ArrayFailedException _) {
                LOG.error("{}: {} could not be flushed, and cannot be spared", core.name, member.name());
            }
            return false;
        }
    }

    private static boolean store(ArrayCore core, Member member) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment log = arena.allocate(member.fields().badBlockSectors() * 512L, 512);
            member.badBlocks().encode(log, 0);
            member.device().write((member.fields().superOffset() + member.fields().badBlockOffset()) * 512, log, 0,
                    log.byteSize(), true);
            MemberSuperblock.write(member, core.fields(), core.minorVersion);
            return true;
        } catch (IOException e) {
            LOG.error("{}: the bad-block log of {} could not be written: {}", core.name, member.name(), e.getMessage());
            return false;
        }
    }
}
