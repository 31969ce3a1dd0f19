package dev.ashlar.cli.serve;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.TrackedDevice;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * What BLOCK_STATUS tells about an array beside its allocation. {@code x-ashlar:redundancy} has the flags of
 * {@link dev.ashlar.raid.Redundancy}, {@code x-ashlar:dirty-since:NAME} those of {@link TrackedDevice#dirty}.
 */
final class ArrayContexts {
    private static final String REDUNDANCY = "x-ashlar:redundancy";
    private static final String DIRTY_SINCE = "x-ashlar:dirty-since:";

    private ArrayContexts() {}

    /** Those there are at this moment: one for each mark. */
    static List<MetaContext> of(RaidArray array, TrackedDevice changes) {
        return Stream.<MetaContext>concat(
                        Stream.of(new RedundancyContext(array)),
                        changes.marks().stream().map(mark -> new DirtyContext(changes, mark.name())))
                .toList();
    }

    private record RedundancyContext(RaidArray array) implements MetaContext {
        @Override
        public String name() {
            return REDUNDANCY;
        }

        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
            array.redundancy(offsetBytes, lengthBytes, visitor);
        }
    }

    /** The mark may go while a client has the context: then it gets an error, never "nothing has changed". */
    private record DirtyContext(TrackedDevice changes, String mark) implements MetaContext {
        @Override
        public String name() {
            return DIRTY_SINCE + mark;
        }

        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
            try {
                changes.dirty(mark, offsetBytes, lengthBytes, visitor);
            } catch (NoSuchElementException e) {
                throw new IOException("the mark is gone: mark=" + mark, e);
            }
        }
    }
}
