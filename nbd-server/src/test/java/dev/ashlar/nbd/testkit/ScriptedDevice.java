package dev.ashlar.nbd.testkit;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.FilterDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A device that does what a test says before each call, and remembers the calls. */
public final class ScriptedDevice extends FilterDevice {

    /** Runs before the call; what it throws is what the client meets. */
    @FunctionalInterface
    public interface Script {
        void before(String call) throws Exception;
    }

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile Script script = _ -> {};

    public ScriptedDevice(BlockDevice device) {
        super(device);
    }

    public void script(Script next) {
        script = next;
    }

    /** For example {@code write 0+512 fua}. */
    public List<String> calls() {
        return calls;
    }

    private void play(String call) throws IOException {
        calls.add(call);
        try {
            script.before(call);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        play("read " + offsetBytes + "+" + lengthBytes);
        super.read(offsetBytes, target, targetOffset, lengthBytes);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        play("write " + offsetBytes + "+" + lengthBytes + (fua ? " fua" : ""));
        super.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
    }

    @Override
    public void flush() throws IOException {
        play("flush");
        super.flush();
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        play("trim " + offsetBytes + "+" + lengthBytes + (fua ? " fua" : ""));
        super.trim(offsetBytes, lengthBytes, fua);
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        play("writeZeroes " + offsetBytes + "+" + lengthBytes + (mayUnmap ? " unmap" : "") + (fua ? " fua" : ""));
        super.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
    }

    /** Told, but not scripted: it cannot fail. */
    @Override
    public void prefetch(long offsetBytes, long lengthBytes) {
        calls.add("prefetch " + offsetBytes + "+" + lengthBytes);
        super.prefetch(offsetBytes, lengthBytes);
    }
}
