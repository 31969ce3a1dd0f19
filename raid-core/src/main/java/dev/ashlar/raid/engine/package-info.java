/**
 * The data path of an array: which member blocks a request touches, in what order they are read and written, and what
 * happens when one of them fails.
 *
 * <p>{@link dev.ashlar.raid.engine.Engine} is one level's data path; {@link dev.ashlar.raid.engine.EngineHost} is what it
 * needs from the array around it. Stripes are locked by number; readers of healthy chunks take no lock; nothing here
 * allocates for a request.
 */
package dev.ashlar.raid.engine;
