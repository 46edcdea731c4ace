package io.dmyt;

/**
 * What the frames of a video say together.
 *
 * @param video its name
 * @param frames how many were scored
 * @param mean of their P(fake)
 * @param median of their P(fake)
 * @param max of their P(fake)
 * @param fake the verdict
 */
public record VideoVerdict(
    String video, int frames, double mean, double median, double max, boolean fake) {}
