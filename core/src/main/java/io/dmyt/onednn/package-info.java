/**
 * Faster CPU execution of any DL4J {@link org.deeplearning4j.nn.graph.ComputationGraph} with
 * oneDNN.
 *
 * <p>{@link io.dmyt.onednn.OneDnn#accelerate} returns a graph that shares configuration,
 * parameters, gradients and updater with the one it was given, and runs what it knows as a compiled
 * sequence of oneDNN primitives: in the layout and precision that suit the CPU, fused, in reused
 * memory. Every other vertex runs as DL4J's own. What is saved is the stock model.
 *
 * <p>From the metal up: JavaCPP's raw calls; {@code Dnnl} and {@code NativeScope}, which check
 * every status and own every handle; {@code AcceleratedGraph}, the closeable façade.
 */
package io.dmyt.onednn;
