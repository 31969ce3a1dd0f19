package dev.ashlar.nbd.transmission;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whose turn it is to use the reply buffer: the connection's thread while it serves what has arrived, or the thread of the
 * write stage when it has something to answer meanwhile.
 *
 * <p>Invariants: whoever has the turn answers also what the stage has executed, and sends before giving the turn back. So
 * nothing waits in the buffer while nobody has the turn, and the stage never waits for a turn: if it cannot have it, the one
 * who has it answers for it.
 */
final class ReplyTurns {
    private final ReentrantLock turn = new ReentrantLock();
    private final ReplyBuffer replies;
    private volatile WriteStage stage;
    private volatile Throwable lost;

    ReplyTurns(ReplyBuffer replies) {
        this.replies = replies;
    }

    /** Names the stage whose writes are to be answered; null for none. By the connection's thread. */
    void use(WriteStage used) {
        stage = used;
    }

    /** Waits for the turn. */
    void take() {
        turn.lock();
    }

    /**
     * Sends what waits and gives the turn back.
     *
     * @throws IOException if the peer is gone; the turn is given back all the same
     */
    void give() throws IOException {
        do {
            try {
                send();
            } finally {
                turn.unlock();
            }
        } while (stage != null && stage.hasUnanswered() && turn.tryLock());
    }

    /** Answers what the stage has executed meanwhile, in the middle of something long. With the turn. */
    void answerStaged() throws IOException {
        if (stage != null && stage.hasUnanswered()) {
            send();
        }
    }

    /** @throws IOException if a reply could not be sent, by whichever thread */
    void requirePeer() throws IOException {
        Throwable failure = lost;
        if (failure instanceof IOException gone) {
            throw gone;
        }
        if (failure != null) {
            throw new IllegalStateException("replies cannot be sent", failure);
        }
    }

    private void send() throws IOException {
        requirePeer();
        try {
            if (stage != null) {
                stage.answerExecuted(replies);
            }
            replies.flush();
        } catch (IOException | RuntimeException | Error e) {
            lost = e;
            throw e;
        }
    }

    /** Answers what the stage has executed, now or by whoever has the turn. By the stage's thread. */
    void answer() {
        if (lost == null && turn.tryLock()) {
            try {
                give();
            } catch (IOException | RuntimeException | Error _) {
                // Kept in "lost": the connection's thread meets it at its own next turn. The stage must live on, to execute
                // what has been handed to it: the connection waits for that.
            }
        }
    }
}
