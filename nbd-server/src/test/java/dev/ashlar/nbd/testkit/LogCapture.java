package dev.ashlar.nbd.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What the server's loggers say while this is open. */
public final class LogCapture extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.ashlar.nbd");
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private volatile String failingAt;

    public LogCapture() {
        start();
        logger.addAppender(this);
    }

    /** One that throws at the first message with these words. */
    public static LogCapture failingOnceAt(String words) {
        LogCapture log = new LogCapture();
        log.failingAt = words;
        return log;
    }

    /** Unlike {@link #append}, whose failures are caught, this fails in whoever logs. */
    @Override
    public synchronized void doAppend(ILoggingEvent event) {
        String words = failingAt;
        if (words != null && event.getFormattedMessage().contains(words)) {
            failingAt = null;
            throw new IllegalStateException("asked for by the test");
        }
        super.doAppend(event);
    }

    @Override
    protected void append(ILoggingEvent event) {
        events.add(event);
    }

    /** Messages of at least this level. */
    public List<String> atLeast(Level level) {
        return events.stream()
                .filter(e -> e.getLevel().isGreaterOrEqual(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        stop();
    }
}
