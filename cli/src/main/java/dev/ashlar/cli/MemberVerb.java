package dev.ashlar.cli;

import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** A verb about one member of an array. */
abstract class MemberVerb extends OpeningVerb {
    @Parameters(index = "1", paramLabel = "MEMBER", description = "Path of the image or device.")
    private Path member;

    /** Absolute, as arrays know their members. */
    final Path member() {
        return member.toAbsolutePath().normalize();
    }
}
