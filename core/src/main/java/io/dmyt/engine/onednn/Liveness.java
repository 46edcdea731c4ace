package io.dmyt.engine.onednn;

import io.dmyt.engine.onednn.Region.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which nodes of a region the wanted values need, who reads them, and through which it learns. */
final class Liveness {
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
      Op op = nodes.get(n).op();
      learns[n] = op instanceof Op.Convolution || op instanceof Op.Norm;
      for (int input : nodes.get(n).inputs()) {
        learns[n] |= learns[input];
      }
    }
  }

  /** Whether a wanted value is a node's or depends on it. */
  boolean live(int node) {
    return live[node];
  }

  boolean wanted(int node) {
    return wanted.contains(node);
  }

  /** Whether a node or one that it depends on has parameters. */
  boolean learns(int node) {
    return learns[node];
  }

  /** The only reader of a node's value that nobody wants to see, or -1. */
  int onlyReader(int node) {
    if (readers[node] != 1 || wanted(node)) {
      return -1;
    }
    for (int reader = node + 1; reader < nodes.size(); reader++) {
      if (live[reader] && nodes.get(reader).inputs().contains(node)) {
        return reader;
      }
    }
    return -1;
  }
}
