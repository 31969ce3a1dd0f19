package dev.ashlar.testing;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Extents as tests like to look at them. */
public final class Extents {
    /** @param flags as the visitor was given them */
    public record Extent(long offset, long length, long flags) {
        /** Byte behind the extent. */
        public long end() {
            return offset + length;
        }
    }

    /** Whatever gives extents to a visitor. */
    @FunctionalInterface
    public interface Source {
        void give(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException;
    }

    private Extents() {}

    /** The extents of a range; throws unless they cover it without gaps. */
    public static List<Extent> list(Source source, long offset, long length) throws IOException {
        List<Extent> extents = new ArrayList<>();
        long[] at = {offset};
        source.give(offset, length, (lengthBytes, flags) -> {
            if (lengthBytes <= 0) {
                throw new AssertionError("lengthBytes=" + lengthBytes);
            }
            extents.add(new Extent(at[0], lengthBytes, flags));
            at[0] += lengthBytes;
            return true;
        });
        if (at[0] != offset + length) {
            throw new AssertionError("extents end at " + at[0] + ", not at " + (offset + length) + ": " + extents);
        }
        return extents;
    }

    /** Lengths and kinds in order, such as "4096:hole 512:data". */
    public static String of(BlockDevice device, long offset, long length) throws IOException {
        return list(device::extents, offset, length).stream()
                .map(extent -> extent.length() + ":" + switch ((int) extent.flags()) {
                    case 0 -> "data";
                    case (int) (ExtentVisitor.HOLE | ExtentVisitor.ZERO) -> "hole";
                    default -> "flags=" + extent.flags();
                }).collect(Collectors.joining(" "));
    }
}
