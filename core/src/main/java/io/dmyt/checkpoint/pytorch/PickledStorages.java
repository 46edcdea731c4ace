package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.pytorch.PickledTypes.ElementType;
import io.dmyt.checkpoint.pytorch.PickledTypes.Opaque;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.Tuple;
import io.dmyt.checkpoint.pytorch.PickledTypes.View;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The storages that a pickle refers to by its persistent ids. */
final class PickledStorages {
  /** What protocol 0 makes of the tuple: its text. */
  private static final Pattern AS_TEXT =
      Pattern.compile(
          "\\('storage', <class '(torch[a-z.]*)\\.(\\w+)'>, '([^']*)', '([^']*)', (\\d{1,18})"
              + "(?:, None)?\\)");

  /** The same of a module's class, with its source behind it. */
  private static final Pattern MODULE_AS_TEXT =
      Pattern.compile("\\('module', <class '([\\w.]+)'>, ");

  /** A longer text names no storage. */
  private static final int LONGEST_ID = 1000;

  private final PickleInput in;
  private final Map<String, StorageRef> byKey = new HashMap<>();

  PickledStorages(PickleInput in) {
    this.in = in;
  }

  Map<String, StorageRef> byKey() {
    return byKey;
  }

  /** The storage of ("storage", type, key, device, elements, view or None in the legacy format). */
  Object of(Object id) {
    if (id instanceof Tuple tuple && tuple.size() >= 2) {
      if ("module".equals(tuple.get(0)) && tuple.get(1) instanceof Opaque type) {
        // The class of a module, beside its source, in the legacy format.
        return type;
      }
      if ((tuple.size() == 5 || tuple.size() == 6)
          && "storage".equals(tuple.get(0))
          && tuple.get(2) instanceof String key
          && tuple.get(3) instanceof String
          && tuple.get(4) instanceof Long elements
          && elements >= 0) {
        ElementType type = elementType(tuple.get(1));
        return of(type, key, elements, tuple.size() == 6 ? tuple.get(5) : null);
      }
    }
    throw noStorage();
  }

  /** The same of a tuple's text. */
  Object ofText(String id) {
    Matcher module = MODULE_AS_TEXT.matcher(id);
    if (module.lookingAt()) {
      return Opaque.of(module.group(1));
    }
    Matcher matcher = AS_TEXT.matcher(id);
    if (id.length() <= LONGEST_ID && matcher.matches()) {
      ElementType type = elementType(PickledNames.of(matcher.group(1), matcher.group(2)));
      return of(type, matcher.group(3), Long.parseLong(matcher.group(5)), null);
    }
    throw noStorage();
  }

  private ElementType elementType(Object type) {
    if (type instanceof Opaque opaque) {
      return new ElementType(opaque.name(), null, 0);
    } else if (type instanceof ElementType known) {
      return known;
    }
    throw noStorage();
  }

  private StorageRef of(ElementType type, String key, long elements, @Nullable Object view) {
    if (view == null) {
      return known(new StorageRef(type, key, elements, null));
    }
    if (view instanceof Tuple part
        && part.size() == 3
        && part.get(0) instanceof String viewKey
        && part.get(1) instanceof Long offset
        && part.get(2) instanceof Long length
        && offset >= 0
        && length >= 0) {
      return known(new StorageRef(type, key, elements, new View(viewKey, offset, length)));
    }
    throw noStorage();
  }

  private StorageRef known(StorageRef ref) {
    in.take(HeapBudget.OBJECT);
    StorageRef first = byKey.putIfAbsent(ref.key(), ref);
    if (first != null && (!first.type().equals(ref.type()) || first.elements() != ref.elements())) {
      throw in.broken(
          Text.format(
              "storage %s: once %d of %s, then %d of %s",
              Quoted.of(ref.key()),
              first.elements(),
              Quoted.of(first.type().name()),
              ref.elements(),
              Quoted.of(ref.type().name())));
    }
    return ref;
  }

  private RuntimeException noStorage() {
    return in.broken("a persistent id that names no storage");
  }
}
