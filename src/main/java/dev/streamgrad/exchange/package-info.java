/**
 * Taking a model elsewhere, and bringing one in: files that PyTorch, ONNX Runtime and the rest of the world read.
 *
 * <pre>
 *   safetensors   the whole state, to the bit; weights under PyTorch's names and in its orientation. The way back, too
 *   ONNX          what the model predicts with: scaling, network, unscaling; as a graph in double precision
 *   JSON          the snapshot as it is in its topic
 * </pre>
 *
 * <p>{@link dev.streamgrad.exchange.ExchangeFormat} writes a {@link dev.streamgrad.records.Snapshot} in any of them;
 * {@link dev.streamgrad.exchange.SafetensorsModel} reads the first beside the present snapshot of the model that is to
 * take it. What is read comes from anybody: every length, offset and shape is checked against the file and the model
 * before anything is made of it, and a file is taken whole or not at all. What is wrong with it is one line, an
 * {@link dev.streamgrad.exchange.ExchangeException}.
 *
 * <p>The two containers are written by hand. Safetensors is a length, JSON and the numbers; of ONNX's protobuf nine
 * messages are needed, and no field but numbers, text and messages. A library for either would be larger than what it
 * does here.
 *
 * <p>Everything is pure: bytes in, bytes out, on the caller's thread; the same snapshot gives the same bytes. A file is
 * held in memory as a whole, and next to it the numbers that it is made of.
 */
@NullMarked
package dev.streamgrad.exchange;

import org.jspecify.annotations.NullMarked;
