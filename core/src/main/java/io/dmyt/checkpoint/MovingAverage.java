package io.dmyt.checkpoint;

import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Decides between a network's weights and their moving average: an exponential one, as timm does,
 * or that of stochastic weight averaging.
 */
public final class MovingAverage {
  private static final Pattern EMA =
      Pattern.compile("(^|[._])(ema\\d*|swa|averaged)($|[._])|EMA|Ema(?![a-z])|moving_average");

  private MovingAverage() {}

  /** Whether a key or prefix, as in {@code state_dict_ema}, says that it is an average. */
  public static boolean isNamed(String key) {
    return EMA.matcher(key).find();
  }

  /**
   * The only candidate, or of two the average of the other.
   *
   * @param key what a user gives to choose it
   * @throws CheckpointException if that leaves several; the message has the option for each
   */
  public static <T> T choose(String source, List<T> candidates, Function<T, String> key) {
    List<T> averages = candidates.stream().filter(c -> isNamed(key.apply(c))).toList();
    if (averages.size() == 1 && candidates.size() <= 2) {
      return averages.get(0);
    }
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    throw new CheckpointException(
        Text.format(
            "%s: %d networks in it fit equally well; choose one with %s",
            source,
            candidates.size(),
            candidates.stream()
                .map(c -> "--key " + plain(key.apply(c)))
                .collect(Collectors.joining(" or "))));
  }

  private static String plain(String key) {
    if (key.isEmpty()) {
      return Checkpoint.WHOLE;
    }
    String quoted = Quoted.of(key);
    return quoted.equals("'" + key + "'") && key.matches("[\\w.]+") ? key : quoted;
  }
}
