/**
 * How good a detector is: confusion matrices and recalls as the reference prints them, and the
 * support vector machine that judges embeddings when the network itself gives no verdict.
 *
 * <p>Figures are fractions between 0 and 1. A figure that does not exist, such as the recall of a
 * class without samples, is {@link java.lang.Double#NaN} in Java, {@code null} in JSON ({@link
 * io.dmyt.evaluation.EvaluationJson}) and {@code n/a} in tables; means are taken over the figures
 * that exist.
 */
package io.dmyt.evaluation;
