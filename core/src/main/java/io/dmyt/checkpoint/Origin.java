package io.dmyt.checkpoint;

import io.dmyt.internal.Quoted;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a state dict came from.
 *
 * @param source the file as it was given, or {@code memory}
 * @param format what the file is, as in {@code PyTorch (zip)}
 * @param container the key, dotted if nested, under which a training checkpoint kept it
 * @param prefix what every name began with there and was stripped, as in {@code module.}
 * @param leftOut what lay beside the tensors or among them and was left out, by name
 */
public record Origin(
    String source,
    String format,
    Optional<String> container,
    Optional<String> prefix,
    List<String> leftOut) {
  private static final int LISTED = 10;

  /** Copies the list. */
  public Origin {
    leftOut = List.copyOf(leftOut);
  }

  /** A file that held its tensors directly, nothing stripped and nothing left out. */
  public static Origin of(String source, String format) {
    return new Origin(source, format, Optional.empty(), Optional.empty(), List.of());
  }

  /** The same with another prefix taken off behind this one, and more left out. */
  public Origin with(String innerPrefix, List<String> alsoLeftOut) {
    String whole = prefix.orElse("") + innerPrefix;
    return new Origin(
        source,
        format,
        container,
        whole.isEmpty() ? Optional.empty() : Optional.of(whole),
        Stream.concat(leftOut.stream(), alsoLeftOut.stream()).distinct().toList());
  }

  /** The same without what wrappers, as {@code _orig_mod.}, had put within names. */
  public Origin withoutWithin(List<String> wrappers) {
    String all = wrappers.stream().map(Quoted::of).collect(Collectors.joining(" and "));
    return all.isEmpty() ? this : with(", names without the " + all + " within them");
  }

  /** The same with more said of the format. */
  Origin with(String ofFormat) {
    return new Origin(source, format + ofFormat, container, prefix, leftOut);
  }

  private static String named(String name) {
    return Quoted.of(name) + (MovingAverage.isNamed(name) ? ", the moving average" : "");
  }

  /**
   * One line for a log, as in {@code x.pth, PyTorch (zip), its 'state_dict', without 'module.'}.
   */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(source).append(", ").append(format);
    container.ifPresent(key -> line.append(", its ").append(named(key)));
    prefix.ifPresent(p -> line.append(", names without their ").append(named(p)));
    if (!leftOut.isEmpty()) {
      List<String> named = leftOut.stream().limit(LISTED).map(Quoted::of).toList();
      line.append(", left out: ").append(String.join(", ", named));
      if (leftOut.size() > LISTED) {
        line.append(" and ").append(leftOut.size() - LISTED).append(" more");
      }
    }
    return line.toString();
  }
}
