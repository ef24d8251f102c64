package dev.streamgrad.formats;

import dev.streamgrad.records.BadRecordException;
import dev.streamgrad.records.BadRecordException.Reason;
import dev.streamgrad.records.RecordDecoder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the records of one task, and waits where what that takes is not to be had. One thread at a time decodes; any
 * may end the waits.
 */
final class TopicDecoder implements RecordDecoder, AutoCloseable {
    private static final long FIRST_PAUSE_MS = 250;
    private static final long LONGEST_PAUSE_MS = 4_000;

    private final Format format;
    private final Outage outage;
    private final BooleanSupplier isStopped;
    private final Consumer<TopicDecoder> closed;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private boolean isClosed;
    /**
     * The last value that was decoded, and its tree: a record is asked for its model first, and then for its fields.
     */
    private byte @Nullable [] lastValue;

    private @Nullable Object lastTree;

    TopicDecoder(Format format, Outage outage, BooleanSupplier isStopped, Consumer<TopicDecoder> closed) {
        this.format = format;
        this.outage = outage;
        this.isStopped = isStopped;
        this.closed = closed;
    }

    /**
     * The tree of a record's value; after a wait if need be, however long.
     *
     * @throws BadRecordException if the value is not in the topic's format
     * @throws WaitEndedException if waits are ended, or the thread is interrupted, before it is known what the value is
     */
    @Override
    public @Nullable Object decode(byte @Nullable [] value, @Nullable Headers headers) throws BadRecordException {
        if (value == null) {
            throw new BadRecordException(
                    Reason.FORMAT, "value must be a record of fields; got null (a tombstone); send a value");
        }
        if (value == lastValue) {
            return lastTree;
        }
        boolean waited = false;
        for (long pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
            try {
                Object tree = format.read(value, headers, end);
                if (waited) {
                    outage.over();
                }
                lastValue = value;
                lastTree = tree;
                return tree;
            } catch (UnavailableException e) {
                String line = String.valueOf(e.getMessage());
                if (isStopped.getAsBoolean()) {
                    endWaits();
                }
                if (end.isDone()) {
                    throw ended(line);
                }
                outage.lasts(line);
                waited = true;
                pause(pause, line);
            } catch (BadRecordException e) {
                if (waited) {
                    outage.over();
                }
                throw e;
            }
        }
    }

    private void pause(long millis, String line) {
        try {
            end.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ended(line);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        throw ended(line);
    }

    private static WaitEndedException ended(String line) {
        return new WaitEndedException(line + "; the wait was ended, and the record will come again");
    }

    /**
     * Ends the wait that is going on, and every later one before it begins. What can be read without one still is. Any
     * thread may ask for it.
     */
    void endWaits() {
        end.complete(null);
    }

    /** Ends waiting, and lets go of everything; when no thread decodes any more. Idempotent. */
    @Override
    public void close() {
        endWaits();
        if (!isClosed) {
            isClosed = true;
            closed.accept(this);
            format.close();
        }
    }
}
