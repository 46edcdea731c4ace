package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.pytorch.PickledTypes.Function;
import io.dmyt.checkpoint.pytorch.PickledTypes.Global;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageType;
import io.dmyt.checkpoint.pytorch.PickledTypes.TensorRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.Tuple;
import io.dmyt.checkpoint.pytorch.PickledTypes.View;
import io.dmyt.internal.Quoted;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads pickles of tensors and plain containers, protocols 2 to 5, and nothing else.
 *
 * <p>A pickle is a program for a stack machine that may call any function of Python. This machine
 * knows the opcodes that {@code torch.save} writes for dicts, lists, tuples, strings, numbers and
 * tensors; globals beyond {@link PickledTypes#global} are refused by name, and calling one of those
 * only builds a value of {@link PickledTypes}. Lengths are checked against what is left of the
 * input; the numbers of containers and of stacked values are bounded; nothing recurses, so values
 * may nest as deep as they like, and even contain themselves.
 *
 * <p>Python's values become: None null, bool Boolean, int Long or BigInteger, float Double, str
 * String, bytes byte[], list ArrayList, dict LinkedHashMap, and {@link PickledTypes}'.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">The opcodes</a>
 */
final class Unpickler {
  /** The longest pickle read; those of checkpoints with 10,000 tensors are 2 MB long. */
  static final int LARGEST_PICKLE = 16 << 20;

  private static final int MOST_CONTAINERS = 1_000_000;
  private static final int MOST_STACKED = 2_000_000;
  private static final int LARGEST_INTEGER = 64;
  private static final int LONGEST_GLOBAL = 200;
  private static final int NEWEST_PROTOCOL = 5;
  private static final Object MARK = new Object();

  private final String where;
  private final ByteBuffer in;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final List<Object> memo = new ArrayList<>();
  private final Map<String, StorageRef> storages = new HashMap<>();
  private int containers;

  /**
   * A reader of one pickle, from the buffer's position.
   *
   * @param where what messages begin with
   */
  Unpickler(String where, ByteBuffer in) {
    this.where = where;
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The value of the next pickle; the buffer is left behind its end.
   *
   * @throws CheckpointException if it is damaged or does more than build tensors and containers
   */
  Object read() {
    expect(0x80, "PROTO");
    int protocol = unsignedByte();
    if (protocol < 2 || protocol > NEWEST_PROTOCOL) {
      throw broken("pickle protocol %d, expected 2 to %d".formatted(protocol, NEWEST_PROTOCOL));
    }
    while (true) {
      int opcode = unsignedByte();
      if (opcode == '.') {
        if (stack.size() != 1 || !marks.isEmpty()) {
          throw broken("the pickle ends with " + stack.size() + " values, expected one");
        }
        return stack.get(0);
      }
      execute(opcode);
    }
  }

  /** The storages that the pickle referred to, by key; parts of one have the same key. */
  Map<String, StorageRef> storages() {
    return storages;
  }

  private void execute(int opcode) {
    switch (opcode) {
      case 0x95 -> skipFrame();
      case '(' -> mark();
      case '0' -> pop();
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> push((long) unsignedByte());
      case 'M' -> push((long) (need(2).getShort() & 0xffff));
      case 'J' -> push((long) need(4).getInt());
      case 0x8a -> push(integer(unsignedByte()));
      case 0x8b -> push(integer(length(need(4).getInt())));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(need(8).getLong())));
      case 0x8c, 'U' -> push(text(unsignedByte()));
      case 'X', 'T' -> push(text(length(need(4).getInt() & 0xffffffffL)));
      case 0x8d -> push(text(length(need(8).getLong())));
      case 'C' -> push(bytes(unsignedByte()));
      case 'B' -> push(bytes(length(need(4).getInt() & 0xffffffffL)));
      case 0x8e -> push(bytes(length(need(8).getLong())));
      case '}' -> pushContainer(new LinkedHashMap<>());
      case ']' -> pushContainer(new ArrayList<>(0));
      case ')' -> pushContainer(new Tuple());
      case 't' -> pushContainer(new Tuple(popMarked()));
      case 0x85 -> pushContainer(new Tuple(pop()));
      case 0x86 -> pushContainer(popTuple(2));
      case 0x87 -> pushContainer(popTuple(3));
      case 'a' -> append(pop());
      case 'e' -> append(popMarked());
      case 's' -> setItems(popTuple(2));
      case 'u' -> setItems(new Tuple(popMarked()));
      case 'q' -> memoize(unsignedByte());
      case 'r' -> memoize(need(4).getInt() & 0xffffffffL);
      case 0x94 -> memoize(memo.size());
      case 'h' -> push(recall(unsignedByte()));
      case 'j' -> push(recall(need(4).getInt() & 0xffffffffL));
      case 'c' -> push(global(line(), line()));
      case 0x93 -> stackGlobal();
      case 'R' -> reduce();
      case 'b' -> build();
      case 'Q' -> push(known(storage(pop())));
      default -> throw broken("opcode 0x%02x, which tensors do not need".formatted(opcode));
    }
  }

  // Input.

  private ByteBuffer need(int bytes) {
    if (in.remaining() < bytes) {
      throw broken("the pickle is cut short");
    }
    return in;
  }

  private int unsignedByte() {
    return need(1).get() & 0xff;
  }

  private void expect(int opcode, String name) {
    int found = unsignedByte();
    if (found != opcode) {
      throw broken("no pickle: expected opcode %s, found 0x%02x".formatted(name, found));
    }
  }

  private int length(long claimed) {
    if (claimed < 0 || claimed > in.remaining()) {
      throw broken(
          "a value claims %s bytes, %d are left"
              .formatted(Long.toUnsignedString(claimed), in.remaining()));
    }
    return (int) claimed;
  }

  private void skipFrame() {
    length(need(8).getLong());
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length(length)];
    in.get(bytes);
    return bytes;
  }

  private String text(int length) {
    ByteBuffer encoded = in.slice(in.position(), length(length));
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw broken("a text that is not UTF-8");
    }
  }

  private Object integer(int length) {
    if (length > LARGEST_INTEGER) {
      throw broken("an integer of %d bytes, allowed %d".formatted(length, LARGEST_INTEGER));
    }
    byte[] bytes = bytes(length);
    if (length == 0) {
      return 0L;
    }
    for (int i = 0; i < length / 2; i++) {
      byte low = bytes[i];
      bytes[i] = bytes[length - 1 - i];
      bytes[length - 1 - i] = low;
    }
    BigInteger value = new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (int c = unsignedByte(); c != '\n'; c = unsignedByte()) {
      if (line.length() == LONGEST_GLOBAL) {
        throw broken("the name of a global is over " + LONGEST_GLOBAL + " bytes long");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  // Stack and memo.

  private void push(Object value) {
    if (stack.size() == MOST_STACKED) {
      throw broken("more than " + MOST_STACKED + " values on the stack");
    }
    stack.add(value);
  }

  private void pushContainer(Object container) {
    countContainer();
    push(container);
  }

  private void countContainer() {
    if (++containers > MOST_CONTAINERS) {
      throw broken("more than " + MOST_CONTAINERS + " containers");
    }
  }

  private void mark() {
    marks.add(stack.size());
    push(MARK);
  }

  private Object pop() {
    if (stack.isEmpty() || top() == MARK) {
      throw broken("takes a value from an empty stack");
    }
    return stack.remove(stack.size() - 1);
  }

  private Object top() {
    if (stack.isEmpty()) {
      throw broken("needs a value on an empty stack");
    }
    return stack.get(stack.size() - 1);
  }

  private Object[] popMarked() {
    if (marks.isEmpty()) {
      throw broken("no mark on the stack");
    }
    int mark = marks.remove(marks.size() - 1);
    List<Object> tail = stack.subList(mark, stack.size());
    Object[] values = tail.subList(1, tail.size()).toArray();
    tail.clear();
    return values;
  }

  private Tuple popTuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    return new Tuple(items);
  }

  private void memoize(long index) {
    Object value = top();
    if (value == MARK) {
      throw broken("memoizes a mark");
    }
    if (index < memo.size()) {
      memo.set((int) index, value);
    } else if (index == memo.size()) {
      memo.add(value);
    } else {
      throw broken("memo entry %d after %d".formatted(index, memo.size()));
    }
  }

  private Object recall(long index) {
    if (index >= memo.size()) {
      throw broken("memo entry %d of %d".formatted(index, memo.size()));
    }
    return memo.get((int) index);
  }

  // Containers.

  @SuppressWarnings("unchecked")
  private void append(Object... items) {
    if (!(top() instanceof ArrayList)) {
      throw broken("appends to " + PickledTypes.describe(top()));
    }
    ((List<Object>) top()).addAll(Arrays.asList(items));
  }

  @SuppressWarnings("unchecked")
  private void setItems(Tuple keysAndValues) {
    if (!(top() instanceof LinkedHashMap)) {
      throw broken("sets an item of " + PickledTypes.describe(top()));
    }
    if (keysAndValues.size() % 2 != 0) {
      throw broken("a key without a value");
    }
    Map<Object, Object> dict = (Map<Object, Object>) top();
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      put(dict, keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private void put(Map<Object, Object> dict, Object key, Object value) {
    // Hashing a container could recurse without end; these cannot.
    if (!(key == null
        || key instanceof String
        || key instanceof Long
        || key instanceof Double
        || key instanceof Boolean)) {
      throw broken("a dict with the key " + PickledTypes.describe(key));
    }
    dict.put(key, value);
  }

  // Globals and what they do.

  private Global global(String module, String name) {
    Global global = PickledTypes.global(module, name);
    if (global == null) {
      throw broken(
          "refused the global %s: only tensors and plain containers are read, nothing is run"
              .formatted(Quoted.of(module + "." + name)));
    }
    return global;
  }

  private void stackGlobal() {
    Object name = pop();
    Object module = pop();
    if (!(name instanceof String n && module instanceof String m)) {
      throw broken("a global whose name is no text");
    }
    push(global(m, n));
  }

  private void reduce() {
    Object arguments = pop();
    Object function = pop();
    if (!(function instanceof Function known && arguments instanceof Tuple tuple)) {
      throw broken(
          "calls %s with %s"
              .formatted(PickledTypes.describe(function), PickledTypes.describe(arguments)));
    }
    countContainer();
    push(
        switch (known) {
          case REBUILD_TENSOR -> tensor(tuple, 4, 4);
          case REBUILD_TENSOR_V2 -> tensor(tuple, 6, 7);
          case REBUILD_PARAMETER -> parameter(tuple);
          case ORDERED_DICT -> orderedDict(tuple);
        });
  }

  private TensorRef tensor(Tuple arguments, int fewest, int most) {
    if (arguments.size() >= fewest
        && arguments.size() <= most
        && arguments.get(0) instanceof StorageRef storage
        && arguments.get(1) instanceof Long offset
        && arguments.get(2) instanceof Tuple shape
        && arguments.get(3) instanceof Tuple strides) {
      long[] sizes = shape.sizes();
      long[] steps = strides.sizes();
      if (offset >= 0 && sizes != null && steps != null && sizes.length == steps.length) {
        return new TensorRef(storage, offset, sizes, steps);
      }
    }
    throw broken("a tensor whose storage, offset, size or strides make no sense");
  }

  private TensorRef parameter(Tuple arguments) {
    if (arguments.size() == 3 && arguments.get(0) instanceof TensorRef tensor) {
      return tensor;
    }
    throw broken("a parameter without its tensor");
  }

  private Map<Object, Object> orderedDict(Tuple arguments) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (arguments.size() == 0) {
      return dict;
    }
    // Python 2 wrote the items here, as a list of pairs.
    if (arguments.size() == 1 && arguments.get(0) instanceof List<?> items) {
      for (Object item : items) {
        if (item instanceof List<?> pair && pair.size() == 2) {
          put(dict, pair.get(0), pair.get(1));
        } else if (item instanceof Tuple pair && pair.size() == 2) {
          put(dict, pair.get(0), pair.get(1));
        } else {
          throw broken("an OrderedDict of what are no pairs");
        }
      }
      return dict;
    }
    throw broken("an OrderedDict of " + PickledTypes.describe(arguments));
  }

  /** Attributes of an OrderedDict: state dicts carry their modules' versions there. */
  private void build() {
    Object state = pop();
    if (!(top() instanceof LinkedHashMap && state instanceof Map)) {
      throw broken(
          "sets the state of %s to %s"
              .formatted(PickledTypes.describe(top()), PickledTypes.describe(state)));
    }
  }

  private StorageRef storage(Object id) {
    countContainer();
    if (id instanceof Tuple tuple
        && (tuple.size() == 5 || tuple.size() == 6)
        && "storage".equals(tuple.get(0))
        && tuple.get(1) instanceof StorageType type
        && tuple.get(2) instanceof String key
        && tuple.get(3) instanceof String
        && tuple.get(4) instanceof Long elements
        && elements >= 0) {
      Object view = tuple.size() == 6 ? tuple.get(5) : null;
      if (view == null) {
        return new StorageRef(type.dtype(), key, elements, null);
      }
      if (view instanceof Tuple part
          && part.size() == 3
          && part.get(0) instanceof String viewKey
          && part.get(1) instanceof Long offset
          && part.get(2) instanceof Long length
          && offset >= 0
          && length >= 0) {
        return new StorageRef(type.dtype(), key, elements, new View(viewKey, offset, length));
      }
    }
    throw broken("a persistent id that names no storage");
  }

  private StorageRef known(StorageRef ref) {
    StorageRef first = storages.putIfAbsent(ref.key(), ref);
    if (first != null && (first.dtype() != ref.dtype() || first.elements() != ref.elements())) {
      throw broken(
          "storage %s: once %d of %s, then %d of %s"
              .formatted(
                  Quoted.of(ref.key()),
                  first.elements(),
                  first.dtype(),
                  ref.elements(),
                  ref.dtype()));
    }
    return ref;
  }

  private CheckpointException broken(String what) {
    return new CheckpointException("%s, byte %d: %s".formatted(where, in.position(), what));
  }
}
