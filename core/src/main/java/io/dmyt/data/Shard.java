package io.dmyt.data;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of several pieces of a list, for machines that share a job. The pieces follow one another:
 * put together in their order they are the list again. Which piece an element is in depends on the
 * list alone.
 *
 * @param number of the piece, from 1
 * @param count of pieces
 */
public record Shard(int number, int count) {
  /** Everything in one piece. */
  public static final Shard WHOLE = new Shard(1, 1);

  /**
   * @throws IllegalArgumentException if there is no such piece
   */
  public Shard {
    if (number < 1 || number > count) {
      throw new IllegalArgumentException(
          Text.format("a shard is I/N with I from 1 to N, found %d/%d", number, count));
    }
  }

  /**
   * Reads {@code I/N}.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Shard parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length == 2) {
      try {
        return new Shard(Integer.parseInt(parts[0].strip()), Integer.parseInt(parts[1].strip()));
      } catch (NumberFormatException e) {
        // Said below.
      }
    }
    throw new IllegalArgumentException(
        Text.format("a shard is I/N, such as 1/4, found \"%s\"", text));
  }

  /** Whether it is everything. */
  public boolean isWhole() {
    return count == 1;
  }

  /**
   * The elements of this piece. Pieces begin at multiples of a unit, so that batches of that size
   * are the same as without pieces.
   *
   * @param unit at least 1
   */
  public <T> List<T> of(List<T> all, int unit) {
    long units = (all.size() + unit - 1L) / unit;
    return all.subList(
        start(units, number - 1, unit, all.size()), start(units, number, unit, all.size()));
  }

  private int start(long units, int piece, int unit, int size) {
    return (int) Math.min(size, units * piece / count * unit);
  }

  /**
   * The samples of this piece, where a group's samples are never in two pieces.
   *
   * @param samples those of a group one after the other, see {@link #together}
   */
  public List<Sample> ofGroups(List<Sample> samples) {
    return samples.subList(boundary(samples, number - 1), boundary(samples, number));
  }

  /** The first beginning of a group at or after the place where equal pieces would be cut. */
  private int boundary(List<Sample> samples, int piece) {
    int place = (int) ((long) samples.size() * piece / count);
    while (place > 0
        && place < samples.size()
        && samples.get(place).group().equals(samples.get(place - 1).group())) {
      place++;
    }
    return place;
  }

  /** The samples with those of a group one after the other, groups in the order of their firsts. */
  public static List<Sample> together(List<Sample> samples) {
    Map<String, List<Sample>> groups = new LinkedHashMap<>();
    for (Sample sample : samples) {
      groups.computeIfAbsent(sample.group(), g -> new ArrayList<>()).add(sample);
    }
    return groups.values().stream().flatMap(List::stream).toList();
  }

  /** {@code I/N}. */
  @Override
  public String toString() {
    return number + "/" + count;
  }
}
