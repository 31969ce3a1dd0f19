package dev.ashlar.cli.members;

/** Set names as users give them: mdadm writes {@code host:name}, and people say {@code name}. */
public final class SetNames {
    private SetNames() {}

    /** Whether the given name is the set name, whole or after its colon. */
    public static boolean matches(String setName, String given) {
        return given.equals(setName) || given.equals(local(setName));
    }

    /** The name without the host: under which the array is exported. */
    public static String local(String setName) {
        return setName.substring(setName.indexOf(':') + 1);
    }
}
