package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Precision;

/**
 * Where attention reads queries, keys or values: features of a sequence's tokens, from one on. What
 * nobody else reads is not cut out of the sequence first.
 *
 * @param node whose value the sequence is
 * @param tokens in it
 * @param row features of each of its tokens
 * @param first feature that is read
 * @param size of the features that are read
 */
record AttentionSource(int node, long tokens, long row, long first, long size) {

  /** Whether a slice of a sequence's features is read by attention alone. */
  static boolean readsThrough(ProgramBuilder program, int slice) {
    int reader = program.onlyReader(slice);
    return program.node(slice).op() instanceof Operation.Slice op
        && op.axis() == 2
        && reader >= 0
        && program.node(reader).op() instanceof Operation.Attention;
  }

  /** Where a node's value is read. */
  static AttentionSource of(ProgramBuilder program, int node) {
    long[] shape = program.shape(node);
    if (program.node(node).op() instanceof Operation.Slice slice && readsThrough(program, node)) {
      int from = program.input(node);
      return new AttentionSource(
          from, shape[1], program.shape(from)[2], slice.from(), slice.size());
    }
    return new AttentionSource(node, shape[1], shape[2], 0, shape[2]);
  }

  /** Whether all of the sequence's features are read here. */
  boolean whole() {
    return size == row;
  }

  /**
   * Matrices as oneDNN's product takes them: (examples, heads, rows, columns) behind a dimension of
   * 1. Without that one, oneDNN 3.11 takes examples for rows where {@code examples · features =
   * tokens · row}, and the product is wrong.
   */
  static Format matrices(NativeScope scope, Precision precision, long[] dims, long[] strides) {
    return Format.strided(
        scope,
        precision,
        new long[] {1, dims[0], dims[1], dims[2], dims[3]},
        new long[] {dims[0] * strides[0], strides[0], strides[1], strides[2], strides[3]});
  }

  /** Heads in turns, of each a matrix (tokens, features): (examples, heads, tokens, features). */
  Format matrices(NativeScope scope, Precision precision, long examples, int heads) {
    long share = size / heads;
    return matrices(
        scope,
        precision,
        new long[] {examples, heads, tokens, share},
        new long[] {tokens * row, share, row, 1});
  }

  /** The same matrices transposed. */
  Format transposed(NativeScope scope, Precision precision, long examples, int heads) {
    long share = size / heads;
    return matrices(
        scope,
        precision,
        new long[] {examples, heads, share, tokens},
        new long[] {tokens * row, share, 1, row});
  }

  /** What is read of a sequence, channels last, or written to it. */
  Tensor in(Emitter emit, Format format, Tensor sequence, Precision precision) {
    long width = precision.bytes();
    return emit.over(format, sequence, first * width);
  }
}
