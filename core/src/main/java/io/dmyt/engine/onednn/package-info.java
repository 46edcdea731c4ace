/**
 * Faster CPU execution of any DL4J {@link org.deeplearning4j.nn.graph.ComputationGraph} with
 * oneDNN.
 *
 * <p>{@link io.dmyt.engine.onednn.OneDnn#accelerate} returns a graph that shares configuration,
 * parameters, gradients and updater with the one it was given, and runs what it knows as a compiled
 * sequence of oneDNN primitives: in the layout and precision that suit the CPU, fused, in reused
 * memory. Every other vertex runs as DL4J's own. What is saved is the stock model.
 *
 * <p>From the metal up: JavaCPP's raw calls; {@code Dnnl} and {@code NativeScope}, which check
 * every status and own every handle; {@code AcceleratedGraph}, the closeable façade.
 *
 * <p>A graph's way to a program: {@code LayerReader} and {@code VertexReader} read it as a {@code
 * Region} of {@code Op}s; for inputs of given shapes, {@code Compiler} goes through the region's
 * {@code Liveness} and has each operation emitted by a class that knows its primitives ({@code
 * FoldedConvolution}, {@code TrainedConvolution}, {@code BatchNorm}, {@code Elementwise}, {@code
 * Pooling}, {@code Slicing}), in the layouts and precisions of the {@code Plan}; {@code
 * ProgramBuilder} keeps values, gradients and the ways back between them; {@code Engine} keeps the
 * {@code Program}s; {@code FallbackVertices} are the vertices that DL4J runs.
 */
package io.dmyt.engine.onednn;
