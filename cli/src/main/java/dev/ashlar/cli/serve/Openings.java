package dev.ashlar.cli.serve;

import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All arrays that a daemon shall open. */
final class Openings {
    private static final Logger LOG = LoggerFactory.getLogger(Openings.class);

    private Openings() {}

    /** Looks at the members without any lock. An array that is served shows as that, and not as a device in use. */
    static List<Opening> of(List<ArraySource> sources, RunDirectory run) throws IOException {
        List<Opening> openings = new ArrayList<>();
        for (ArraySource source : sources) {
            openings.addAll(Opening.of(source));
        }
        List<Endpoint> served = served(run);
        for (Opening opening : openings) {
            // Several may read what nobody writes.
            if (!opening.options().readOnly()) {
                requireNotServed(opening, served);
            }
        }
        return openings;
    }

    private static void requireNotServed(Opening opening, List<Endpoint> served) throws CommandFailure {
        for (Endpoint endpoint : served) {
            if (endpoint.array().equals(opening.found().uuid())) {
                throw new CommandFailure(ExitCode.REFUSED, "array " + endpoint.name()
                        + " is served already, by process " + endpoint.pid());
            }
        }
    }

    private static List<Endpoint> served(RunDirectory run) {
        try {
            return run.endpoints();
        } catch (IOException e) {
            LOG.warn("what is served already cannot be told: {}", Failures.sentence(e));
            return List.of();
        }
    }
}
