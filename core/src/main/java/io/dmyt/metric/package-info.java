/**
 * Numbers from scores: the reference's classification metrics, ROC AUC, equal error rate,
 * calibration error, and their bootstrap intervals. Nothing here knows networks, images or files.
 */
package io.dmyt.metric;
