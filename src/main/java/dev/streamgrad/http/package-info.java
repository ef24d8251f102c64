/**
 * HTTP of a learner: metrics, health, and the models as JSON.
 *
 * <h2>How it works</h2>
 *
 * <p>{@link dev.streamgrad.http.HttpApi} starts the JDK's own server ({@code com.sun.net.httpserver}) on one port,
 * because probes, scrapes and clients are all told the same one. {@code Router} decides by the path which handler
 * answers: {@code HealthHandler}, {@code MetricsHandler}, {@code ModelsHandler}, or {@code LiveHandler} what a live
 * page asks for while it is open. Any instance answers for the whole application: {@code OtherInstances} asks the one
 * that has the model. {@code HostCheck} refuses what came by a foreign name. An answer is made whole before the first
 * byte of it is sent.
 *
 * <h2>Threads</h2>
 *
 * <table>
 *   <caption>Each pool is bounded; an idle thread ends after ten seconds</caption>
 *   <tr><th>threads</th><th>at most</th><th>do</th><th>wait for</th></tr>
 *   <tr><td>{@code HTTP-Dispatcher}, the JDK's</td><td>1</td><td>accepts, and selects connections that have bytes</td><td>nobody</td></tr>
 *   <tr><td>{@code streamgrad-http}</td><td>128</td><td>read headers, route, answer probes</td><td>their client</td></tr>
 *   <tr><td>{@code streamgrad-http-metrics}</td><td>4</td><td>scrape, and send scrapes</td><td>their client; a scrape under way</td></tr>
 *   <tr><td>{@code streamgrad-http-models}</td><td>16</td><td>read bodies, look up, predict, send</td><td>their client; the store's lock</td></tr>
 *   <tr><td>{@code streamgrad-http-ask}</td><td>2</td><td>take answers of other instances</td><td>nobody</td></tr>
 * </table>
 *
 * <p>Beside each of the three pools that wait for clients a {@code sweeper} looks every 50 ms, only while something is
 * queued, whose turn is over. All are daemons, and none is a thread that learns. Three rules keep a probe from waiting
 * for anybody:
 *
 * <ol>
 *   <li>A client that stops within a request or an answer keeps its thread only until another request needs it and 200
 *       ms have passed; then its connection is closed. {@code ClientThreads} says how.
 *   <li>What may take long (scrapes, stores, other instances) is never done on the threads that read headers.
 *   <li>No thread waits for another instance; an answer is sent when it comes. An instance that is asked by another one
 *       ({@code ?local}) asks nobody.
 * </ol>
 *
 * <h2>Limits</h2>
 *
 * <table>
 *   <caption>What is bounded, and what happens there</caption>
 *   <tr><th>what</th><th>limit</th><th>beyond it</th></tr>
 *   <tr><td>connections</td><td>4,096, or half of the files that the process may open if that is less</td><td>closed</td></tr>
 *   <tr><td>a connection without a byte</td><td>10 s</td><td>closed</td></tr>
 *   <tr><td>an idle connection between requests</td><td>30 s; 200 of them</td><td>closed</td></tr>
 *   <tr><td>a request, an answer</td><td>10 s, 30 s; 200 ms while others need the thread</td><td>closed</td></tr>
 *   <tr><td>requests queued for metrics, for models</td><td>256 each</td><td>503</td></tr>
 *   <tr><td>a body</td><td>{@code max.record.bytes}; 16 are read at once</td><td>413</td></tr>
 *   <tr><td>questions to other instances</td><td>64 at once</td><td>503</td></tr>
 *   <tr><td>waiting for another instance</td><td>5 s</td><td>502</td></tr>
 *   <tr><td>names in {@code /models}, weights in {@code /models/NAME}</td><td>1,000; 10,000</td><td>400; left out</td></tr>
 *   <tr><td>live pages</td><td>8; a page that does not ask counts for 3 s</td><td>429</td></tr>
 *   <tr><td>parameters of a network whose weights and steps a live page shows</td><td>10,000</td><td>histograms; 422</td></tr>
 * </table>
 *
 * <p>So 500 clients that hang within their headers delay a probe by up to 500 / 128 × 200 ms, once; 1,000 idle
 * connections do not delay it. More than 4,096 connections at a time are not survived: those beyond are closed, a
 * probe's among them, until the idle ones have been given up.
 *
 * <p>The times are those of the JDK's server, and they are needed for more than slow clients: the server forgets a
 * connection that was closed in the middle of a request only when its time is over. They also end every stream of
 * answers after 30 s, so whoever wants to watch something asks again and again.
 *
 * <h2>The live page</h2>
 *
 * <p>Pages ask again and again, because a stream of answers would be ended (see the limits), and a page that asks when
 * it has drawn cannot be flooded. A frame is of the last committed state, which is decoded at most ten times a second
 * for all pages. Whoever asks for frames renews a lease of {@code Watches}, so that samples of the model are shown at
 * its next commits. {@code LiveGovernor} says in each frame how long the page has to wait: pages that keep to it take
 * together about a hundredth of one processor. A step is taken once more from what decided it, by the learner itself,
 * never on a thread that learns.
 *
 * <h2>Costs</h2>
 *
 * <p>A scrape reads every meter, so it is kept for one second and given to all who ask meanwhile. {@code /models/NAME}
 * and a prediction decode the model's state anew each time. A thread that waits costs its stack, some 100 KB; an idle
 * connection no thread. Headers and body are two packets, which is why the server must run with
 * {@code sun.net.httpserver.nodelay}; it and the limits above can be replaced by system properties of the JVM.
 *
 * <h2>What may not be there</h2>
 *
 * <p>Anything that learns or changes a model that is served (a step that is tried is taken by a copy); reading what is
 * not committed; printing; a second port; a blocking call on the threads that read headers.
 */
@NullMarked
package dev.streamgrad.http;

import org.jspecify.annotations.NullMarked;
