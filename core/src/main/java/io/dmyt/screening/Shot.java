package io.dmyt.screening;

import io.dmyt.data.RgbImage;
import java.time.Duration;

/**
 * What a network was given of a face.
 *
 * @param time of the frame
 * @param fakeProbability P(fake) of it
 * @param crop the face as it was cut out
 */
public record Shot(Duration time, double fakeProbability, RgbImage crop) {}
