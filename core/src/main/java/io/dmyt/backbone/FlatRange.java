package io.dmyt.backbone;

/**
 * Neighbouring values among a graph's flat parameters.
 *
 * @param from the first one
 * @param length how many
 */
public record FlatRange(long from, long length) {}
