package io.dmyt.training;

import java.io.Serializable;

/**
 * A step that was taken elsewhere.
 *
 * @param loss before the step; with a gradient that is not finite NaN
 * @param sums of its batch; of no batch if the loss is not finite
 */
public record TakenStep(double loss, EpochSums sums) implements Serializable {}
