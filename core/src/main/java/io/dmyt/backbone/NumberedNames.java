package io.dmyt.backbone;

import io.dmyt.backbone.ForeignNames.Target;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The translation of names that number modules in the order in which these compute, which is also
 * that of timm's constructors: the first module is timm's first, and so on. For networks that are
 * one chain of modules.
 *
 * @param chain the names of the chain's modules
 * @param order what the names of these are sorted by
 * @param head timm's names of the modules behind the chain by the library's; {@link #CLASSIFIER}
 *     for the classifier
 */
record NumberedNames(Pattern chain, Function<String, int[]> order, Map<String, String> head)
    implements ForeignNames.Translation {
  static final String CLASSIFIER = "";

  @Override
  public Map<String, Target> targets(
      Set<String> names, List<NamedParameter> body, String classifier) {
    Map<String, String> modules = new LinkedHashMap<>();
    List<String> theirs =
        names.stream()
            .map(NumberedNames::module)
            .distinct()
            .filter(module -> chain.matcher(module).matches())
            .sorted(Comparator.comparing(order, Arrays::compare))
            .toList();
    List<String> timms =
        body.stream()
            .map(parameter -> module(parameter.name()))
            .distinct()
            .filter(module -> !head.containsValue(module))
            .toList();
    for (int i = 0; i < theirs.size() && theirs.size() == timms.size(); i++) {
      modules.put(theirs.get(i), timms.get(i));
    }
    head.forEach(
        (module, timm) -> modules.put(module, timm.equals(CLASSIFIER) ? classifier : timm));
    Map<String, Target> targets = new LinkedHashMap<>();
    for (String name : names) {
      String module = module(name);
      String timm = modules.get(module);
      if (timm != null) {
        targets.put(name, new Target(timm + name.substring(module.length()), 0, 1));
      }
    }
    return targets;
  }

  /** A parameter's name without its last part. */
  private static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }
}
