/**
 * Devices for tests: they fail by script ({@link dev.ashlar.testing.FaultDevice}), lose power
 * ({@link dev.ashlar.testing.PowerCutDevice}), count ({@link dev.ashlar.testing.CountingDevice}) and wait
 * ({@link dev.ashlar.testing.GateDevice}). They stack like all block devices and never sleep.
 */
package dev.ashlar.testing;
