package dev.ashlar.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs to standard error: warnings from verbs, more from daemons. In code, because reading logback's XML would double
 * the time that a small command takes.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String FOR_PEOPLE = "%-5level %msg%n";
    private static final String FOR_LOG_FILES = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%n";

    private static volatile Level level = Level.WARN;
    private static volatile String pattern = FOR_PEOPLE;
    private static volatile PatternLayoutEncoder encoder;

    /** For logback, which finds this class by the service file. */
    public LogSetup() {}

    /** A daemon tells what happens to its arrays and clients, and when. */
    static void daemon() {
        pattern = FOR_LOG_FILES;
        set(Level.INFO);
        if (encoder != null) {
            // --verbose is heard before the verb is known, and logback began with it.
            encoder.stop();
            encoder.setPattern(pattern);
            encoder.start();
        }
    }

    /** Everything, for {@code --verbose}. */
    static void verbose() {
        set(Level.DEBUG);
    }

    private static void set(Level wanted) {
        if (level.isGreaterOrEqual(wanted)) {
            level = wanted;
        }
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
