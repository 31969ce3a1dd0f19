/**
 * Where md puts the bytes: pure integer arithmetic between offsets in the array and chunks on members, both ways.
 *
 * <p>Entry types: {@link dev.ashlar.raid.layout.ParityGeometry} (RAID 4, 5, 6),
 * {@link dev.ashlar.raid.layout.MirrorGeometry} (RAID 1, 10), {@link dev.ashlar.raid.layout.StripedGeometry} (RAID 0)
 * and {@link dev.ashlar.raid.layout.LayoutNames}. Geometries are immutable and safe for use by any thread; their
 * look-ups allocate nothing. Offsets on a member count from the start of its data area ({@code data_offset}).
 */
package dev.ashlar.raid.layout;
