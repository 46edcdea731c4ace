package io.dmyt.checkpoint;

import io.dmyt.internal.Quoted;
import java.util.List;
import java.util.Optional;

/**
 * Where a state dict came from.
 *
 * @param source the file as it was given, or {@code memory}
 * @param format what the file is, as in {@code PyTorch (zip)}
 * @param container the key, dotted if nested, under which a training checkpoint kept it
 * @param prefix what every name began with there and was stripped, as in {@code module.}
 * @param leftOut names beside the tensors whose values are no tensors
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

  public static Origin of(String source, String format) {
    return new Origin(source, format, Optional.empty(), Optional.empty(), List.of());
  }

  /**
   * One line for a log, as in {@code x.pth, PyTorch (zip), its 'state_dict', without 'module.'}.
   */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(source).append(", ").append(format);
    container.ifPresent(key -> line.append(", its ").append(Quoted.of(key)));
    prefix.ifPresent(p -> line.append(", names without their ").append(Quoted.of(p)));
    if (!leftOut.isEmpty()) {
      List<String> named = leftOut.stream().limit(LISTED).map(Quoted::of).toList();
      line.append(", left out as no tensors: ").append(String.join(", ", named));
      if (leftOut.size() > LISTED) {
        line.append(" and ").append(leftOut.size() - LISTED).append(" more");
      }
    }
    return line.toString();
  }
}
