package io.dmyt.engine;

import org.jspecify.annotations.Nullable;

/**
 * Where a vertex of a graph runs.
 *
 * @param vertex its name
 * @param accelerated whether the graph's engine runs it, or DL4J
 * @param as what the engine takes it for, or why DL4J runs it; empty in a graph that is not
 *     accelerated
 * @param inInference for a vertex that the engine runs: which other vertex's kernel does it in
 *     inference ("in conv1"), or empty if it has one of its own; null as long as the graph has not
 *     inferred, and for a vertex that DL4J runs
 * @param inTraining the same in training
 */
public record Placement(
    String vertex,
    boolean accelerated,
    String as,
    @Nullable String inInference,
    @Nullable String inTraining) {}
