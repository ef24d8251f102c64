package dev.streamgrad.broker;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A broker in a process of its own, which can be killed and started again on the same port with the same data. */
public final class BrokerProcess implements AutoCloseable {
    private final Path data;
    private final int port;
    private Process process;

    private BrokerProcess(Path data, int port, Process process) {
        this.data = data;
        this.port = port;
        this.process = process;
    }

    /** The broker's own process: port and folder. */
    public static void main(String[] args) throws Exception {
        EmbeddedBroker unused = EmbeddedBroker.start(Integer.parseInt(args[0]), Optional.of(Path.of(args[1])));
        new CountDownLatch(1).await();
    }

    /** Starts one with its data in this folder, and waits until it answers. */
    public static BrokerProcess start(Path data) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        BrokerProcess broker = new BrokerProcess(data, port, spawn(data, port));
        broker.awaitAnswer();
        return broker;
    }

    private static Process spawn(Path data, int port) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerProcess.class.getName(),
                        Integer.toString(port),
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        data.resolveSibling("broker.log").toFile()))
                .start();
    }

    private void awaitAnswer() {
        await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            }
        });
    }

    /** SIGKILL, and a new start with what was on disk. */
    public void killAndRestart() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        process = spawn(data, port);
        awaitAnswer();
    }

    /** Where clients connect. */
    public String bootstrapServers() {
        return "localhost:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
