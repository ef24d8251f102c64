package dev.streamgrad.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients that send a part of a request, or none, and then neither send nor read nor go away. */
final class HangingClients implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    /**
     * Connects them.
     *
     * @param sent what each sends before it hangs
     */
    HangingClients(int port, int count, String sent) throws IOException {
        byte[] bytes = sent.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            // Small, so that an answer that nobody reads soon fills it.
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException refused) {
                // As the server may; whether the others are answered is the question.
            }
        }
    }

    int count() {
        return sockets.size();
    }

    /** How many the server has not hung up on; they must not have been sent anything. */
    long connected() {
        return sockets.stream().filter(HangingClients::isConnected).count();
    }

    private static boolean isConnected(Socket socket) {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException nothingYet) {
            return true;
        } catch (IOException hungUp) {
            return false;
        }
    }

    @Override
    public void close() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
