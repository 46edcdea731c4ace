/**
 * How good a detector is: the reference's metrics from predicted classes ({@link
 * io.dmyt.metric.ClassificationReport}); how well P(fake) tells fakes apart, with intervals, by
 * frame and by video ({@link io.dmyt.metric.DetectionReport}); what makes P(fake) mean what it says
 * ({@link io.dmyt.evaluation.Calibrations}); and the ways from embeddings to a verdict, some of
 * which are fitted to embeddings first ({@link io.dmyt.evaluation.RuleEvaluator}).
 *
 * <p>Metrics are fractions between 0 and 1. A metric that does not exist, such as the recall of a
 * class without samples, is {@link java.lang.Double#NaN} in Java, {@code null} in JSON ({@link
 * io.dmyt.evaluation.EvaluationJson}) and {@code n/a} in tables; means are taken over the metrics
 * that exist.
 */
@NullMarked
package io.dmyt.evaluation;

import org.jspecify.annotations.NullMarked;
