/**
 * The topology: one processor, the pipeline that learns beside the stream thread, and the store of models.
 *
 * <pre>
 *   samples ──▶ learn ──▶ predictions
 *                │  ▲└──▶ snapshots
 *                │  └──── store "models" (+ changelog)
 *                └──────▶ dead-letters
 * </pre>
 *
 * <p><b>A record's way.</b> {@link dev.streamgrad.stream.LearnProcessor} takes it in and hands it to
 * {@link dev.streamgrad.stream.Pipeline}; on the pipeline's thread {@link dev.streamgrad.stream.RecordHandler} parses
 * it, finds its model in {@link dev.streamgrad.stream.LiveModels}, predicts, scores and trains; back on the stream
 * thread what came of it goes to the sinks. A bad record is an ordinary case with a sink of its own, and no exception.
 *
 * <p><b>Threads.</b> For each task one stream thread, which is Kafka's, and one learning thread. They take turns over
 * the models: what one did before a batch is handed over, the other sees. Only the stream thread sends, and only it
 * writes to the store. Other threads read the bytes of the last commit, through
 * {@link dev.streamgrad.stream.StoredModels}.
 *
 * <p><b>The commit.</b> In {@link dev.streamgrad.stream.PreCommitStore} the records under way are finished and sent,
 * and each model that has changed is written once, with how far the partition has come; then Kafka Streams commits all
 * of it in one transaction. What is not committed is dropped with the transaction, and its records come again. Exactly
 * once rests on that, and on the state's own memory of the last offset; not on the group's offsets.
 *
 * <p><b>Watching.</b> Who wants to see samples and steps of a model takes a lease of
 * {@link dev.streamgrad.stream.Watches}, which is looked up at each commit. A watched model takes some samples down in
 * arrays of its own, and shows them, right before the commit, by one volatile write. Nothing waits, and nothing that is
 * stored differs.
 *
 * <p><b>Costs.</b> A record of a small model takes about a quarter of a microsecond of learning, and ten times that in
 * Kafka Streams. A live model takes its parameters, as much again for each slot of its optimizer, and some hundred
 * bytes; models that share a {@link dev.streamgrad.learning.Birth} share everything else.
 *
 * <p><b>Not here.</b> No HTTP, no printing, no metrics beyond {@link dev.streamgrad.stream.LearningListener}. Nothing
 * that decides weights may depend on a clock, on where a batch or a commit ends, or on anything that is not in the log.
 */
@NullMarked
package dev.streamgrad.stream;

import org.jspecify.annotations.NullMarked;
