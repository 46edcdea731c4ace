/**
 * The engine that executes graphs on a CPU with oneDNN: a compiled sequence of primitives, in the
 * layout and precision that suit the CPU, fused, in reused memory.
 *
 * <p>From the metal up: JavaCPP's raw calls; {@code Dnnl} and {@code NativeScope}, which check
 * every status and own every handle; {@code OneDnnProvider}, which {@code io.dmyt.engine} finds.
 *
 * <p>A region's way to a program: for inputs of given shapes, {@code Compiler} goes through its
 * nodes and has each operation emitted by a class that knows its primitives ({@code
 * FoldedConvolution}, {@code TrainedConvolution}, {@code BatchNorm}, {@code Elementwise}, {@code
 * PoolingEmitter}, {@code Slicing}), in the layouts and precisions of the {@code StoragePolicy};
 * {@code ProgramBuilder} keeps values, gradients and the ways back between them; {@code
 * OneDnnCompiler} keeps the arena in which all {@code Program}s of a region live.
 */
@NullMarked
package io.dmyt.engine.onednn;

import org.jspecify.annotations.NullMarked;
