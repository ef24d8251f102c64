package dev.streamgrad.app;

import dev.streamgrad.cluster.Progress;
import dev.streamgrad.settings.Settings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name of this process in its group, for as long as the process lives.
 *
 * <p>A name that was set stays as it is. The default, this machine's name, is for one process: a second one on the same
 * machine would end the first. So the first to come gets the name, and the next the same with -2, -3 and so on, by
 * locks on files that the operating system gives up when a process ends, however it does. A process that starts again
 * therefore finds the name of its predecessor free, and takes it. Where no such file can be made the name is taken
 * without a lock.
 */
final class InstanceName implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceName.class);
    private static final int MOST = 1000;

    private final Optional<String> name;
    /** Holds the lock until it is closed; null without one. */
    private final @Nullable FileChannel lock;

    private InstanceName(Optional<String> name, @Nullable FileChannel lock) {
        this.name = name;
        this.lock = lock;
    }

    /** Takes the name that is set, or the first free one of this machine, in the folder for temporary files. */
    static InstanceName claim(Settings settings, Progress progress) {
        return claim(settings, Path.of(System.getProperty("java.io.tmpdir")), progress);
    }

    /** As {@link #claim(Settings, Progress)}, with the locks in this folder. */
    static InstanceName claim(Settings settings, Path folder, Progress progress) {
        Optional<String> set = settings.instanceId();
        if (set.isEmpty() || !settings.isNamedAfterItsHost()) {
            return new InstanceName(set, null);
        }
        String host = set.get();
        try {
            for (int number = 1; number <= MOST; number++) {
                String candidate = number == 1 ? host : host + "-" + number;
                FileChannel lock = lock(folder.resolve(fileName(settings.applicationId(), candidate)));
                if (lock != null) {
                    if (number > 1) {
                        progress.say("instance.id is " + candidate + ", because another " + settings.applicationId()
                                + " on this machine is " + host);
                    }
                    return new InstanceName(Optional.of(candidate), lock);
                }
            }
        } catch (IOException e) {
            LOG.warn(
                    "whether another {} runs on this machine cannot be found out, because {} cannot be written to ({});"
                            + " if one does, set instance.id",
                    settings.applicationId(),
                    folder,
                    e.toString());
        }
        return new InstanceName(set, null);
    }

    private static String fileName(String applicationId, String name) {
        return ("streamgrad-" + applicationId + "-" + name).replaceAll("[^A-Za-z0-9._-]", "_") + ".lock";
    }

    /** The lock on a file, or null if somebody has it. */
    private static @Nullable FileChannel lock(Path file) throws IOException {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            if (channel.tryLock() != null) {
                FileChannel locked = channel;
                channel = null;
                return locked;
            }
            return null;
        } catch (OverlappingFileLockException e) {
            // Another learner of this process.
            return null;
        } catch (AccessDeniedException e) {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            // Another user's.
            return null;
        } finally {
            if (channel != null) {
                channel.close();
            }
        }
    }

    /** The name, if there is one. */
    Optional<String> name() {
        return name;
    }

    @Override
    public void close() {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                LOG.debug("A lock could not be given up", e);
            }
        }
    }
}
