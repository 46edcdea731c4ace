package io.dmyt.backbone;

import io.dmyt.backbone.ForeignNames.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The translation of names one by one.
 *
 * <p>In a rule's pattern {@code #} stands for a number. In its target {@code $1} is the first
 * group, {@code $1+1} the number after it, {@code $1/2} half of it, rounded down, and {@code
 * $1/2-1} the number before that; {@code @} is the classifier. A target {@code name|0/3} is the
 * first of three parts of a parameter. What stands behind a module's name stays.
 */
final class PatternNames implements ForeignNames.Translation {
  private static final Pattern NUMBER = Pattern.compile("\\$(\\d)(\\+1|/2-1|/2)?");
  private static final Pattern PART = Pattern.compile("\\|(\\d)/(\\d)");

  private record Rule(Pattern names, String target) {}

  private final List<Rule> rules = new ArrayList<>();

  /**
   * @param patternsAndTargets in turns; the first pattern that matches counts
   */
  PatternNames(String... patternsAndTargets) {
    for (int i = 0; i < patternsAndTargets.length; i += 2) {
      String pattern = patternsAndTargets[i].replace(".", "\\.").replace("#", "(\\d{1,6})");
      rules.add(new Rule(Pattern.compile(pattern + "(|\\.[a-z_]+)"), patternsAndTargets[i + 1]));
    }
  }

  @Override
  public Map<String, Target> targets(
      Set<String> names, List<NamedParameter> body, String classifier) {
    Map<String, Target> targets = new LinkedHashMap<>();
    for (String name : names) {
      for (Rule rule : rules) {
        Matcher matcher = rule.names().matcher(name);
        if (matcher.matches()) {
          targets.put(name, target(rule, matcher, classifier));
          break;
        }
      }
    }
    return targets;
  }

  private static Target target(Rule rule, MatchResult match, String classifier) {
    String filled =
        NUMBER
            .matcher(rule.target())
            .replaceAll(number -> filled(number, match))
            .replace("@", classifier);
    Matcher part = PART.matcher(filled);
    boolean several = part.find();
    String end = match.group(match.groupCount());
    return new Target(
        PART.matcher(filled).replaceAll("") + end,
        several ? Integer.parseInt(part.group(1)) : 0,
        several ? Integer.parseInt(part.group(2)) : 1);
  }

  private static String filled(MatchResult number, MatchResult match) {
    String group = match.group(Integer.parseInt(number.group(1)));
    String change = number.group(2);
    if (change == null) {
      return group;
    }
    int n = Integer.parseInt(group);
    return Integer.toString(change.equals("+1") ? n + 1 : change.equals("/2") ? n / 2 : n / 2 - 1);
  }
}
