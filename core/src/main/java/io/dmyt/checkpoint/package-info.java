/**
 * Named tensors in files: what the PyTorch world writes is read, and what it reads is written.
 *
 * <ul>
 *   <li>{@link io.dmyt.checkpoint.StateDict}, ordered names to {@link io.dmyt.checkpoint.Tensor}s,
 *       stays in its file until a tensor's values are asked for;
 *   <li>{@link io.dmyt.checkpoint.Checkpoints} opens any file by its content, {@link
 *       io.dmyt.checkpoint.safetensors.SafeTensors} also writes.
 * </ul>
 *
 * <pre>{@code
 * try (StateDict weights = Checkpoints.open(Path.of("xception.pth"))) {
 *   INDArray kernel = weights.get("conv1.weight").toINDArray(); // [32, 3, 3, 3]
 *   SafeTensors.write(weights, Path.of("xception.safetensors"));
 * }
 * }</pre>
 *
 * <p>Files are not trusted. Nothing in one is ever executed; lengths are checked against what is
 * there before anything is allocated; whatever breaks its format's rules is refused with one line,
 * a {@link io.dmyt.checkpoint.CheckpointException}, that says what is wrong and where.
 *
 * <p>Nothing here knows of networks.
 */
@NullMarked
package io.dmyt.checkpoint;

import org.jspecify.annotations.NullMarked;
