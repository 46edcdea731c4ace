package io.dmyt.screening;

import io.dmyt.data.Split;
import io.dmyt.internal.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts all videos of a source into one split. */
final class SourceSplits {
  private static final double TRAINED = 0.7;
  private static final double VALIDATED = 0.15;

  private SourceSplits() {}

  /**
   * Gives a split to each video that has none: that of another video of its source, otherwise by
   * the source's name. Videos that have one keep it.
   */
  static List<VideoEntry> assign(List<VideoEntry> videos) {
    Map<String, Split> known = new HashMap<>();
    videos.forEach(v -> v.split().ifPresent(s -> known.putIfAbsent(v.source(), s)));
    boolean listed = !known.isEmpty();
    List<String> open =
        videos.stream()
            .map(VideoEntry::source)
            .distinct()
            .filter(s -> !known.containsKey(s))
            .sorted(Comparator.comparing(SourceSplits::hash))
            .toList();
    // Where a list names what is tested, nothing else is.
    double train = listed ? TRAINED / (TRAINED + VALIDATED) : TRAINED;
    double valid = listed ? 1 - train : VALIDATED;
    int trained = (int) Math.round(open.size() * train);
    int validated = (int) Math.round(open.size() * (train + valid));
    if (!listed && open.size() >= Split.values().length) {
      // Of few sources, one at least for each split.
      trained = Math.min(trained, open.size() - 2);
      validated = Math.max(trained + 1, Math.min(validated, open.size() - 1));
    }
    for (int i = 0; i < open.size(); i++) {
      known.put(open.get(i), i < trained ? Split.TRAIN : i < validated ? Split.VALID : Split.TEST);
    }
    return videos.stream()
        .map(v -> v.split().isPresent() ? v : v.in(known.getOrDefault(v.source(), Split.TRAIN)))
        .sorted(Comparator.comparing(v -> v.file().toString()))
        .toList();
  }

  private static String hash(String source) {
    MessageDigest digest = Sha256.begin();
    digest.update(source.getBytes(StandardCharsets.UTF_8));
    return Sha256.hex(digest);
  }
}
