package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Command;
import java.util.Locale;

/** The sum of what connections have done, at one moment. Used by one thread. */
public final class CommandTotals {
    /** The bounds that {@link #atMost} takes. */
    public static final int BOUNDS = ConnectionCounters.BOUNDS;

    private final long[] cells = new long[ConnectionCounters.COMMANDS * ConnectionCounters.CELLS];

    /** What one connection has done so far. */
    public static CommandTotals of(ConnectionCounters counters) {
        CommandTotals totals = new CommandTotals();
        totals.add(counters);
        return totals;
    }

    /** Adds what a connection has done so far. */
    public void add(ConnectionCounters counters) {
        for (int command = 0; command < ConnectionCounters.COMMANDS; command++) {
            for (int cell = 0; cell < ConnectionCounters.CELLS; cell++) {
                cells[command * ConnectionCounters.CELLS + cell] += counters.get(command, cell);
            }
        }
    }

    /** Adds another sum. */
    public void add(CommandTotals other) {
        for (int i = 0; i < cells.length; i++) {
            cells[i] += other.cells[i];
        }
    }

    /** How many commands there are; {@link Command} names them, except one that stands for all unknown ones. */
    public static int commands() {
        return ConnectionCounters.COMMANDS;
    }

    /** The name of a command in lower case, "unknown" for those without one. */
    public static String name(int command) {
        return command == ConnectionCounters.UNKNOWN ? "unknown" : Command.name(command).toLowerCase(Locale.ROOT);
    }

    /** Requests of a command answered, failed ones included. */
    public long operations(int command) {
        return atMost(command, BOUNDS);
    }

    /** Requests of a command answered with an error. */
    public long errors(int command) {
        return get(command, ConnectionCounters.ERRORS);
    }

    /** Payload moved by a command. */
    public long bytes(int command) {
        return get(command, ConnectionCounters.BYTES);
    }

    /** Time that requests of a command took together. */
    public long nanos(int command) {
        return get(command, ConnectionCounters.NANOS);
    }

    /** Requests of a command that took at most {@link #boundNanos}; all of them at the last bound, {@link #BOUNDS}. */
    public long atMost(int command, int bound) {
        long sum = 0;
        for (int bucket = 0; bucket <= bound; bucket++) {
            sum += get(command, ConnectionCounters.BUCKETS + bucket);
        }
        return sum;
    }

    /** A bound of latencies, from 0 to {@link #BOUNDS} exclusive. */
    public static long boundNanos(int bound) {
        return ConnectionCounters.boundNanos(bound);
    }

    /** Requests answered, failed ones included. */
    public long operations() {
        long sum = 0;
        for (int command = 0; command < commands(); command++) {
            sum += operations(command);
        }
        return sum;
    }

    /** Requests answered with an error. */
    public long errors() {
        long sum = 0;
        for (int command = 0; command < commands(); command++) {
            sum += errors(command);
        }
        return sum;
    }

    private long get(int command, int cell) {
        return cells[command * ConnectionCounters.CELLS + cell];
    }
}
