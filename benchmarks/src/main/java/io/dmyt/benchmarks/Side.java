package io.dmyt.benchmarks;

/**
 * One engine with one network in it, ready to be timed.
 *
 * <p>Every side starts from the tensors and images of {@link Tensor}, so that sides can be held to
 * compute the same thing: the same embedding sum before training, the same loss in the first step.
 */
interface Side extends AutoCloseable {

  /** Number of parameters as this engine counts them. */
  long parameters();

  /**
   * Embeds the batch in inference mode.
   *
   * @return mean absolute value of the embeddings, to be checked against the other sides
   */
  double infer();

  /**
   * One training step on the batch: forward, the loss of {@link Training}, backward, AdamW.
   *
   * @return the loss before the update
   * @throws UnsupportedOperationException if this engine only infers
   */
  double train();

  /** Engine and version, precision, and what else the table should say. */
  String describe();

  @Override
  void close();
}
