package io.dmyt.engine.onednn;

/**
 * Where a vertex of a graph runs.
 *
 * @param vertex its name
 * @param inOneDnn whether oneDNN runs it, or DL4J
 * @param as what oneDNN takes it for, or why DL4J has it; empty in a graph that is not accelerated
 * @param inInference for a vertex in oneDNN: which other vertex's primitive does it in inference
 *     ("in conv1"), or empty if it has one of its own; null as long as the graph has not inferred,
 *     and for a vertex in DL4J
 * @param inTraining the same in training
 */
public record Placement(
    String vertex, boolean inOneDnn, String as, String inInference, String inTraining) {}
