/**
 * Numbers from scores: the reference's classification metrics, ROC AUC, equal error rate,
 * calibration error, and their bootstrap intervals. Nothing here knows networks, images or files.
 */
@NullMarked
package io.dmyt.metric;

import org.jspecify.annotations.NullMarked;
