/**
 * Fixed vectors in the place of mined positives and negatives (the dummies), and the losses over
 * embeddings, for any DL4J output layer.
 *
 * <p>Of other people's networks this package asks one thing: an output layer whose activations are
 * the embeddings, {@code [batch, size]}. Of DL4J's conventions it keeps one: a loss handed to DL4J
 * is a sum over the examples, which DL4J divides by the batch's size, as it does the gradients.
 */
@NullMarked
package io.dmyt.loss;

import org.jspecify.annotations.NullMarked;
