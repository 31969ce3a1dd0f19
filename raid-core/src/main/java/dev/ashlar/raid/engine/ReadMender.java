package dev.ashlar.raid.engine;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.DeviceShrunkException;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Writes a block that could not be read back from redundancy, and reads it again past the cache. */
final class ReadMender {
    private ReadMender() {}

    /**
     * @param content where the right content stands, {@code length} bytes at {@code at}
     * @param spare where it can be read back to, in the same segment
     */
    static void mend(
            EngineHost host,
            Member member,
            DeviceException cause,
            long memberOffset,
            MemorySegment content,
            long at,
            long spare,
            int length) {
        if (host.readOnly()) {
            return;
        }
        if (cause instanceof DeviceShrunkException) {
            host.memberFailedIfBearable(member, cause);
            return;
        }
        try {
            member.write(memberOffset, content, at, length, false);
            member.flush();
            member.evictCached(memberOffset, length);
            member.read(memberOffset, content, spare, length);
        } catch (NoSpaceException _) {
            return;
        } catch (IOException e) {
            host.memberFailedIfBearable(member, member.describe("rewrite after a read error", memberOffset, length, e));
            return;
        }
        if (MemorySegment.mismatch(content, at, at + length, content, spare, spare + length) >= 0) {
            host.memberFailedIfBearable(member, new DeviceException(member.name(), "rewrite after a read error", memberOffset,
                    length, "the block reads differently from what was written"));
            return;
        }
        host.readErrorMended(member, cause);
    }
}
