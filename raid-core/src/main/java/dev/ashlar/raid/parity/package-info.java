/**
 * P and Q: generate, check, update and recover. Entry type: {@link dev.ashlar.raid.parity.Parity}, whose class comment
 * has the mathematics. Works on raw addresses of anonymous off-heap memory only.
 *
 * <p>Kernels are a grid of operations by implementations: {@code ScalarKernels} is the reference that anybody can check
 * by hand, {@code LongKernels} is plain Java that the compiler vectorises, {@code VectorKernels} and the classes named
 * {@code Vector…} use the Vector API and are loaded only where that module is present, {@code IsaKernels} calls ISA-L
 * through {@link dev.ashlar.raid.parity.IsaL}. {@code Selection} picks.
 */
package dev.ashlar.raid.parity;
