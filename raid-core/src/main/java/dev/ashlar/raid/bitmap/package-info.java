/**
 * The write-intent bitmap: its bytes ({@link dev.ashlar.raid.bitmap.BitmapLayout},
 * {@link dev.ashlar.raid.bitmap.BitmapHeader}) and its life in a running array
 * ({@link dev.ashlar.raid.bitmap.WriteIntentBitmap}).
 */
package dev.ashlar.raid.bitmap;
