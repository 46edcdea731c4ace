package io.dmyt.backbone;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * A network's traits, and the number that belongs to one; 1 if none does.
 *
 * @param values in the order of {@link Trait}
 */
record Traits(Map<Trait, Double> values) {

  /**
   * Reads words such as {@code pre-norm eps=1e-5}.
   *
   * @throws IllegalArgumentException if a word is unknown
   */
  static Traits of(String words) {
    Map<Trait, Double> values = new EnumMap<>(Trait.class);
    for (String word : words.split(" ", -1)) {
      if (!word.isEmpty()) {
        String[] parts = word.split("=", -1);
        Trait trait = Trait.valueOf(parts[0].toUpperCase(Locale.ROOT).replaceAll("[-.]", "_"));
        values.put(trait, parts.length == 1 ? 1 : Double.parseDouble(parts[1]));
      }
    }
    return new Traits(Collections.unmodifiableMap(values));
  }

  boolean has(Trait trait) {
    return values.containsKey(trait);
  }

  /** A trait's number; 0 without that trait. */
  double number(Trait trait) {
    return values.getOrDefault(trait, 0.0);
  }

  /** What layer normalisations add to the variance. */
  double eps() {
    return has(Trait.EPS) ? number(Trait.EPS) : 1e-6;
  }
}
