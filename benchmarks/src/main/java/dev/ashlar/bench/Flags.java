package dev.ashlar.bench;

/** What the JVM of every benchmark is started with: the flags of {@code ./ashlar serve}, and room for peers' heap. */
public final class Flags {
    /** Makes the Vector API known. One point is measured without. */
    public static final String VECTOR = "--add-modules=jdk.incubator.vector";
    /** Silences a warning about {@code java.lang.foreign}. */
    public static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
    /** The collector of the server. */
    public static final String COLLECTOR = "-XX:+UseSerialGC";
    /** As the server. */
    public static final String HEADERS = "-XX:+UseCompactObjectHeaders";
    /** As the server. */
    public static final String HEAP = "-Xmx512m";

    private Flags() {}
}
