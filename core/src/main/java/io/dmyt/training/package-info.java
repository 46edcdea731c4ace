/**
 * Training of a {@link io.dmyt.Detector} as the reference trains: AdamW, a learning rate halved
 * every few epochs, running statistics with the unbiased variance, and the best epoch kept.
 */
@NullMarked
package io.dmyt.training;

import org.jspecify.annotations.NullMarked;
