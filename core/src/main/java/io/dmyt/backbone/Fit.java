package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.TensorType;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How named tensors lie to a network without its classifier: under which prefix, which of them are
 * its own, what it lacks, and what is left over.
 */
final class Fit {
  /**
   * What wrappers put anywhere in a name, around a part of the network. {@code DataParallel}'s
   * {@code module.} is one only within: at the beginning it is a prefix as any other.
   */
  private static final Pattern WRAPPERS =
      Pattern.compile(
          "(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|(?<=\\.)module)\\.");

  private final Model model;
  private final TensorSet set;
  private final List<NamedParameter> body;
  private final String prefix;

  /** timm's names of the network's own tensors, by the names that they have. */
  private final Map<String, NamedParameter> own = new LinkedHashMap<>();

  /** All under the prefix, without it. */
  private final Set<String> names = new HashSet<>();

  private final List<String> missing = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private final List<String> strays = new ArrayList<>();
  private final List<String> leftOver = new ArrayList<>();

  private Fit(Model model, List<NamedParameter> body, String prefix, TensorSet set) {
    this.model = model;
    this.set = set;
    this.body = body;
    this.prefix = prefix;
    for (String name : set.types().keySet()) {
      String plain = unwrapped(name);
      if (plain.startsWith(prefix)) {
        names.add(plain.substring(prefix.length()));
      }
    }
    compare();
  }

  /** The fits under timm's names, and under those of every other library that it may be of. */
  static List<Fit> all(Model model, TensorSet set) {
    List<Fit> fits = new ArrayList<>(underTimmsNames(model, set));
    for (TensorSet translated : ForeignNames.translated(set, model)) {
      fits.addAll(underTimmsNames(model, translated));
    }
    return fits;
  }

  /** A fit for every prefix that the network's first tensor has among the names. */
  private static List<Fit> underTimmsNames(Model model, TensorSet set) {
    List<NamedParameter> body = Bodies.of(model);
    String first = body.get(0).name();
    Set<String> prefixes = new LinkedHashSet<>();
    for (Set<String> names : List.of(set.types().keySet(), set.unreadable().keySet())) {
      for (String name : names) {
        String plain = unwrapped(name);
        if (plain.endsWith(first)) {
          prefixes.add(plain.substring(0, plain.length() - first.length()));
        }
      }
    }
    if (prefixes.isEmpty()) {
      prefixes.add("");
    }
    return prefixes.stream().map(prefix -> new Fit(model, body, prefix, set)).toList();
  }

  /** A name without what wrappers put into it. */
  static String unwrapped(String name) {
    boolean wrapped = name.contains("_orig_mod.") || name.contains("module.");
    return wrapped ? WRAPPERS.matcher(name).replaceAll("") : name;
  }

  private void compare() {
    Map<String, String> found = new LinkedHashMap<>();
    Set<String> roots = new LinkedHashSet<>();
    body.forEach(parameter -> roots.add(root(parameter.name())));
    for (String name : set.types().keySet()) {
      Optional<String> timms = timmName(name);
      if (timms.isEmpty() && unwrapped(name).startsWith(prefix)) {
        continue;
      }
      if (timms.isEmpty() || found.putIfAbsent(timms.get(), name) != null) {
        leftOver.add(name);
      }
    }
    for (NamedParameter parameter : body) {
      String name = found.remove(parameter.name());
      if (name != null && fits(set.type(name), parameter)) {
        own.put(name, parameter);
      } else if (name != null) {
        wrong.add(
            Text.format(
                "%s is %s, expected %s", parameter.name(), set.type(name), expected(parameter)));
      } else if (parameter.isStored()) {
        missing.add(parameter.name());
      }
    }
    nameTheUnreadable();
    found.forEach(
        (timms, name) -> {
          leftOver.add(name);
          if (roots.contains(root(timms)) && !Classifier.owns(model.spec(), timms)) {
            strays.add(name);
          }
        });
  }

  /** timm's name of a tensor under the prefix, if the network has a use for it. */
  Optional<String> timmName(String name) {
    String plain = unwrapped(name);
    return plain.startsWith(prefix)
        ? model.timmName(plain.substring(prefix.length()), names)
        : Optional.empty();
  }

  private void nameTheUnreadable() {
    set.unreadable()
        .forEach(
            (name, why) ->
                timmName(name)
                    .filter(missing::remove)
                    .ifPresent(
                        timms ->
                            wrong.add(
                                Text.format(
                                    "%s is of a kind that is not read, %s",
                                    timms, Quoted.of(why)))));
  }

  private static String root(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static boolean fits(TensorType type, NamedParameter parameter) {
    if (parameter.kind() == Kind.COUNTER) {
      return type.length() == 1;
    }
    boolean values = parameter.kind() != Kind.CONSTANT;
    return (type.dtype().isFloating() || !values) && hasShape(type, parameter.dimensions());
  }

  /** A dense layer's weights are those of a convolution over all of its input. */
  private static boolean hasShape(TensorType type, List<Long> shape) {
    boolean dense =
        type.shape().size() == 2
            && shape.size() == 4
            && type.shape().get(0).equals(shape.get(0))
            && type.length() == new TensorType(type.dtype(), shape).length();
    return dense || type.shape().equals(shape);
  }

  static String expected(NamedParameter parameter) {
    return parameter.kind() == Kind.COUNTER
        ? "one number from 0 to " + Integer.MAX_VALUE
        : "floats " + parameter.dimensions();
  }

  /** The tensors, which have timm's names where they are the network's. */
  TensorSet set() {
    return set;
  }

  Model model() {
    return model;
  }

  String network() {
    return model.spec().name();
  }

  /** What the network's names have before them; may be empty. */
  String prefix() {
    return prefix;
  }

  /** The same with what wrappers put into it, as the file has it. */
  String storedPrefix() {
    return storedPrefix(prefix, own.keySet());
  }

  /**
   * The longest that names begin with in a file which is that prefix without wrappers.
   *
   * @param names in the file
   */
  static String storedPrefix(String prefix, Collection<String> names) {
    String first = names.stream().findFirst().orElse(prefix);
    for (int end = first.length(); end > 0; end--) {
      String start = first.substring(0, end);
      if (unwrapped(start).equals(prefix)
          && names.stream().allMatch(name -> name.startsWith(start))) {
        return start;
      }
    }
    return prefix;
  }

  /** What wrappers put into the network's names behind the prefix. */
  List<String> wrappersWithin() {
    int from = storedPrefix().length();
    return own.keySet().stream()
        .flatMap(name -> WRAPPERS.matcher(name).results())
        .filter(wrapper -> wrapper.start() >= from)
        .map(MatchResult::group)
        .distinct()
        .toList();
  }

  /** The network's entries, classifier excepted, by the names that they have in the file. */
  Map<String, NamedParameter> own() {
    return own;
  }

  /** The names of tensors that are not the network's, its classifier's among them. */
  List<String> leftOver() {
    return leftOver;
  }

  /** Whether every tensor of the network is there, and no other among its parts. */
  boolean isComplete() {
    return missing.isEmpty() && wrong.isEmpty() && strays.isEmpty();
  }

  /** From 0 to 1: the share of tensors that fit among those of the network and its parts. */
  double score() {
    return own.size() / (double) (body.size() + strays.size());
  }

  /** What does not fit, for people. */
  String faults() {
    List<String> faults = new ArrayList<>();
    Listing.add(faults, "missing", missing);
    Listing.add(faults, "of the wrong type or shape", wrong);
    Listing.add(faults, "left over", leftOver.stream().map(Quoted::of).toList());
    return String.join("; ", faults);
  }
}
