package dev.ashlar.cli.serve;

import java.io.IOException;

/** Where a daemon's configuration comes from, whenever it is asked for. */
@FunctionalInterface
public interface ConfigSource {
    /** The configuration as it is now. */
    ServeConfig read() throws IOException;
}
