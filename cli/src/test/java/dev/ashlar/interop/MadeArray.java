package dev.ashlar.interop;

import java.nio.file.Path;
import java.util.List;

/**
 * An array as Ashlar left it, and what becomes of its content.
 *
 * @param plan what was asked for
 * @param images the members the kernel is offered, stale ones included
 * @param degradedDisks roles without an in-sync member
 * @param arrayBytes the volume's size as Ashlar has it
 * @param sha256 hash of the volume
 * @param changes what the kernel is to write to it, in this order
 * @param sha256Changed hash of the volume after that
 */
record MadeArray(
        ArrayPlan plan,
        List<Path> images,
        int degradedDisks,
        long arrayBytes,
        String sha256,
        List<Change> changes,
        String sha256Changed) {

    /** Whether all copies or parity are there for a check to compare. */
    boolean checkable() {
        return plan.level().isRedundant() && degradedDisks == 0;
    }

    /**
     * A write by the kernel.
     *
     * @param offsetKib where in the volume
     * @param bytes what
     */
    record Change(int offsetKib, byte[] bytes) {}
}
