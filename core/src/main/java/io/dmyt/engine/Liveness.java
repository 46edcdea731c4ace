package io.dmyt.engine;

import io.dmyt.engine.Region.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Which nodes of a region the wanted values need, who reads them, and through which it learns. */
public final class Liveness {
  private final List<Node> nodes;
  private final Set<Integer> wanted = new HashSet<>();
  private final boolean[] live;
  private final boolean[] learns;
  private final int[] readers;

  /**
   * @param wantedVertices whose values are to be seen
   */
  Liveness(Region region, Set<String> wantedVertices) {
    nodes = region.nodes();
    live = new boolean[nodes.size()];
    learns = new boolean[nodes.size()];
    readers = new int[nodes.size()];
    for (String vertex : wantedVertices) {
      wanted.add(region.node(vertex));
      live[region.node(vertex)] = true;
    }
    for (int n = nodes.size() - 1; n >= 0; n--) {
      if (live[n]) {
        for (int input : nodes.get(n).inputs()) {
          live[input] = true;
          readers[input]++;
        }
      }
    }
    for (int n = 0; n < nodes.size(); n++) {
      Operation op = nodes.get(n).op();
      learns[n] = op instanceof Operation.Input input ? input.learns() : region.learns(op);
      for (int input : nodes.get(n).inputs()) {
        learns[n] |= learns[input];
      }
    }
  }

  /** Whether a wanted value is a node's or depends on it. */
  public boolean live(int node) {
    return live[node];
  }

  /** Whether a node's value is to be seen. */
  public boolean wanted(int node) {
    return wanted.contains(node);
  }

  /** Whether a node's gradient is of use: for parameters, or for a value from outside. */
  public boolean learns(int node) {
    return learns[node];
  }

  /** The only reader of a node's value that nobody wants to see, or -1. */
  public int onlyReader(int node) {
    return readers[node] != 1 || wanted(node) ? -1 : readers(node).get(0);
  }

  /** The live nodes that read a node's value. */
  public List<Integer> readers(int node) {
    return IntStream.range(node + 1, nodes.size())
        .filter(reader -> live[reader] && nodes.get(reader).inputs().contains(node))
        .boxed()
        .toList();
  }

  /**
   * The nodes behind a node that its kernel may do as well: each is the only reader of the one
   * before, whose value nobody wants to see.
   */
  public List<Integer> chainBehind(int node) {
    List<Integer> chain = new ArrayList<>();
    for (int reader = onlyReader(node); reader >= 0; reader = onlyReader(reader)) {
      chain.add(reader);
    }
    return chain;
  }

  /** The vertices outside whose values are needed. */
  Set<String> inputs() {
    Set<String> needed = new HashSet<>();
    for (int n = 0; n < nodes.size(); n++) {
      if (live[n] && nodes.get(n).op() instanceof Operation.Input input) {
        needed.add(input.vertex());
      }
    }
    return needed;
  }
}
