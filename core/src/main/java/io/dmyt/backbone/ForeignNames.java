package io.dmyt.backbone;

import io.dmyt.checkpoint.TensorSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names that another library gives to the tensors of networks that are here too. A set that has
 * them is read as one with timm's ({@link NameTranslation}).
 *
 * @param library whose names these are, for people
 * @param anchor a tensor that every such set has; what stands before it is the prefix of all
 * @param networks timm's names, without tag, of those that the library computes likewise
 * @param batchNormEps what the library adds to the variances of batch normalisations; 0 for as much
 *     as the network here
 * @param translation from the library's names to timm's
 */
record ForeignNames(
    String library, String anchor, Pattern networks, double batchNormEps, Translation translation) {

  /**
   * What a tensor is in the network.
   *
   * @param name timm's name of the parameter
   * @param part which of several that lie one after another in it, from 0
   * @param parts how many these are
   */
  record Target(String name, int part, int parts) {}

  /** Takes a library's names, without their prefix, to timm's. */
  @FunctionalInterface
  interface Translation {
    /**
     * Looks up names.
     *
     * @param names those in the file
     * @param body the network's own parameters, without classifier
     * @param classifier timm's name of the classifier
     * @return targets by the names in the file; unknown ones have none
     */
    Map<String, Target> targets(Set<String> names, List<NamedParameter> body, String classifier);
  }

  /** The set with timm's names, once for each library and prefix that it may be of. */
  static List<TensorSet> translated(TensorSet set, Model model) {
    return ForeignLibraries.ALL.stream()
        .filter(names -> names.suit(model))
        .flatMap(
            names ->
                names.prefixes(set).stream()
                    .flatMap(prefix -> NameTranslation.of(names, prefix, set, model).stream()))
        .toList();
  }

  private boolean suit(Model model) {
    String name = model.spec().name();
    int tag = name.indexOf('.');
    return networks.matcher(tag < 0 ? name : name.substring(0, tag)).matches();
  }

  private Set<String> prefixes(TensorSet set) {
    Set<String> prefixes = new LinkedHashSet<>();
    for (String name : set.types().keySet()) {
      String plain = Fit.unwrapped(name);
      String before = plain.substring(0, Math.max(0, plain.length() - anchor.length()));
      if (plain.endsWith(anchor) && (before.isEmpty() || before.endsWith("."))) {
        prefixes.add(before);
      }
    }
    return prefixes;
  }
}
