/**
 * P and Q: generate, check, update and recover. Entry type: {@link dev.ashlar.raid.parity.Parity}, whose class comment
 * has the mathematics. Works on raw addresses of anonymous off-heap memory only.
 *
 * <p>Kernels are a grid of operations by implementations: {@code ScalarKernels} is the reference that anybody can check
 * by hand, {@code LongKernels} needs nothing but {@code long} arithmetic, {@code VectorKernels} and the classes named
 * {@code Vector…} use the Vector API and are loaded only where that module is present.
 */
package dev.ashlar.raid.parity;
