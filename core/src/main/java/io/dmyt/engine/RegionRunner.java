package io.dmyt.engine;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a region compiled for each shape that comes along, and keeps what was used last. */
final class RegionRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegionRunner.class);
  private static final int KEPT = 8;

  /** What a region is compiled for, but for the values that are wanted of it. */
  private record Use(boolean training, Map<String, List<Long>> shapes) {
    @Override
    public String toString() {
      return (training ? "training" : "inference") + " at " + shapes;
    }
  }

  private record Key(Use use, Set<String> wanted) {}

  private final Region region;
  private final RegionCompiler compiler;
  private final Map<Key, CompiledRegion> compiled = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Use> refused = new HashSet<>();

  RegionRunner(Region region, RegionCompiler compiler) {
    this.region = region;
    this.compiler = compiler;
  }

  Region region() {
    return region;
  }

  String description() {
    return compiler.description();
  }

  /**
   * The region compiled, or null if it can't be run with these shapes.
   *
   * @param training whether the network is trained; a frozen region runs as in inference even so
   * @param shapes of the inputs that the wanted values need, by vertex
   */
  @Nullable CompiledRegion compiled(
      boolean training, Map<String, List<Long>> shapes, Set<String> wanted) {
    Use use = new Use(training && !region.frozen(), shapes);
    if (refused.contains(use)) {
      return null;
    }
    Key key = new Key(use, wanted);
    CompiledRegion found = compiled.get(key);
    if (found != null) {
      return found;
    }
    while (compiled.size() >= KEPT) {
      Iterator<CompiledRegion> oldest = compiled.values().iterator();
      oldest.next().close();
      oldest.remove();
    }
    try {
      found = compiler.compile(RegionProgram.of(region, use.training(), shapes, wanted));
      compiled.put(key, found);
      return found;
    } catch (UnsupportedShapeException e) {
      LOG.warn("{} runs as DL4J's own layers: {}", use, e.getMessage());
      refused.add(use);
      return null;
    }
  }

  /**
   * What happens to a vertex in the program used last, or null before there is one. A program that
   * shows more than the ends can fuse less, and does not count.
   */
  @Nullable String fusion(String vertex, boolean training) {
    String found = null;
    for (Map.Entry<Key, CompiledRegion> entry : compiled.entrySet()) {
      if (entry.getKey().use().training() == (training && !region.frozen())
          && region.ends().containsAll(entry.getKey().wanted())) {
        found = entry.getValue().fused().getOrDefault(vertex, "");
      }
    }
    return found;
  }

  @Override
  public void close() {
    compiled.values().forEach(CompiledRegion::close);
    compiled.clear();
    compiler.close();
  }
}
