package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.pytorch.PickledTypes.Opaque;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.Tuple;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads pickles, protocols 0 to 5, for the tensors and plain containers in them.
 *
 * <p>A pickle is a program for a stack machine that may call any function of Python. This machine
 * runs none: the few in {@link PickledNames} only build values of {@link PickledTypes}, strictly;
 * every other class, function or object becomes an {@link Opaque} value, and whatever is done to
 * one, such as setting its state, is dropped unseen. Names that serve no end but harm are refused
 * wherever they stand. Lengths are checked against what is left of the input; the heap that values
 * take is bounded; nothing recurses, so values may nest as deep as they like, and even contain
 * themselves.
 *
 * <p>Python's values become: None null, bool Boolean, int Long or BigInteger, float Double, str
 * String, bytes byte[], list ArrayList, dict LinkedHashMap, and {@link PickledTypes}'.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">The opcodes</a>
 */
final class Unpickler {
  /** The longest pickle read: one buffer. */
  static final int LARGEST_PICKLE = 1 << 30;

  private static final int NEWEST_PROTOCOL = 5;
  private static final int LONGEST_GLOBAL = 200;
  private static final int PROTO = 0x80;

  private final PickleInput in;
  private final PickleStack stack;
  private final PickledCalls calls;
  private final PickledStorages storages;
  private Unread unread = new Unread("", 0);

  /**
   * An object that was passed over with its state.
   *
   * @param type its class in Python
   * @param storages how many were named for its state alone
   */
  record Unread(String type, int storages) {}

  /**
   * A reader of one pickle, from the buffer's position.
   *
   * @param where what messages begin with
   */
  Unpickler(String where, ByteBuffer in) {
    this(where, in, HeapBudget.ofThisMachine());
  }

  Unpickler(String where, ByteBuffer in, HeapBudget heap) {
    this.in = new PickleInput(where, in, heap);
    stack = new PickleStack(this.in);
    storages = new PickledStorages(this.in);
    calls = new PickledCalls(this.in, storages);
  }

  /**
   * The value of the next pickle; the buffer is left behind its end.
   *
   * @throws CheckpointException if it is damaged, or asks for what only serves harm
   */
  Object read() {
    if (in.peek() == PROTO) {
      in.unsignedByte();
      int protocol = in.unsignedByte();
      if (protocol > NEWEST_PROTOCOL) {
        throw in.broken(
            Text.format("pickle protocol %d, expected 0 to %d", protocol, NEWEST_PROTOCOL));
      }
    }
    for (int opcode = in.unsignedByte(); opcode != '.'; opcode = in.unsignedByte()) {
      execute(opcode);
    }
    return stack.result();
  }

  /** The storages that the pickle referred to, by key; parts of one have the same key. */
  Map<String, StorageRef> storages() {
    return storages.byKey();
  }

  /** Of the objects that were passed over the one with the most storages; none has 0. */
  Unread unread() {
    return unread;
  }

  private void passedOver(Opaque object) {
    int within = object.storagesSince(storages.byKey().size());
    if (within > unread.storages()) {
      unread = new Unread(object.name(), within);
    }
  }

  private void execute(int opcode) {
    switch (opcode) {
      case 0x95 -> in.length(in.signedLong());
      case '(' -> stack.mark();
      case '0' -> stack.drop();
      case '1' -> stack.popMarked();
      case '2' -> stack.push(stack.topValue());
      case 'N' -> stack.push(null);
      case 0x88 -> stack.push(true);
      case 0x89 -> stack.push(false);
      case 'K' -> stack.push((long) in.unsignedByte());
      case 'M' -> stack.pushObject((long) in.unsignedShort());
      case 'J' -> stack.pushObject((long) in.signedInt());
      case 'I' -> stack.pushObject(in.intOrBoolLine());
      case 'L' -> stack.push(in.integerLine());
      case 0x8a -> stack.push(in.integer(in.unsignedByte()));
      case 0x8b -> stack.push(in.integer(in.length(in.signedInt())));
      case 'G' -> stack.pushObject(in.bigEndianDouble());
      case 'F' -> stack.pushObject(in.doubleLine());
      case 0x8c -> stack.push(in.text(in.unsignedByte()));
      case 'X' -> stack.push(in.text(in.length(in.unsignedInt())));
      case 0x8d -> stack.push(in.text(in.length(in.signedLong())));
      case 'V' -> stack.push(in.escapedLine());
      case 'S' -> stack.push(unquoted(in.line(Integer.MAX_VALUE)));
      case 'U' -> stack.push(in.byteText(in.unsignedByte()));
      case 'T' -> stack.push(in.byteText(in.length(in.unsignedInt())));
      case 'C' -> stack.push(in.bytes(in.unsignedByte()));
      case 'B' -> stack.push(in.bytes(in.length(in.unsignedInt())));
      case 0x8e, 0x96 -> stack.push(in.bytes(in.length(in.signedLong())));
      case '}' -> stack.pushObject(new LinkedHashMap<>(0));
      case ']' -> stack.pushObject(new ArrayList<>(0));
      case ')' -> stack.pushObject(new Tuple());
      case 'd' -> pushDict(stack.popMarked());
      case 'l' -> stack.pushObject(new ArrayList<>(Arrays.asList(stack.popMarked())));
      case 't' -> stack.pushObject(new Tuple(stack.popMarked()));
      case 0x85 -> stack.pushObject(stack.popTuple(1));
      case 0x86 -> stack.pushObject(stack.popTuple(2));
      case 0x87 -> stack.pushObject(stack.popTuple(3));
      case 0x8f -> stack.pushObject(Opaque.of("set"));
      case 0x90, 'e' -> append(stack.popMarked());
      case 0x91 -> {
        stack.popMarked();
        stack.pushObject(Opaque.of("frozenset"));
      }
      case 'a' -> append(stack.pop());
      case 's' -> setItems(stack.popTuple(2));
      case 'u' -> setItems(new Tuple(stack.popMarked()));
      case 'p' -> stack.memoize(in.indexLine());
      case 'q' -> stack.memoize(in.unsignedByte());
      case 'r' -> stack.memoize(in.unsignedInt());
      case 0x94 -> stack.memoize();
      case 'g' -> stack.push(stack.recall(in.indexLine()));
      case 'h' -> stack.push(stack.recall(in.unsignedByte()));
      case 'j' -> stack.push(stack.recall(in.unsignedInt()));
      case 'c' -> stack.pushObject(global(in.line(LONGEST_GLOBAL), in.line(LONGEST_GLOBAL)));
      case 0x93 -> stackGlobal();
      case 0x82 -> stack.pushObject(Opaque.of("extension " + in.unsignedByte()));
      case 0x83 -> stack.pushObject(Opaque.of("extension " + in.unsignedShort()));
      case 0x84 -> stack.pushObject(Opaque.of("extension " + in.signedInt()));
      case 'R', 0x81 -> reduce(stack.pop());
      case 0x92 -> newObjectWithKeywords(stack.pop());
      case 'o' -> {
        Object[] typeAndArguments = stack.popMarked();
        object(typeAndArguments.length == 0 ? null : typeAndArguments[0]);
      }
      case 'i' -> {
        stack.popMarked();
        object(global(in.line(LONGEST_GLOBAL), in.line(LONGEST_GLOBAL)));
      }
      case 'b' -> build(stack.pop());
      case 'Q' -> stack.pushObject(storages.of(stack.pop()));
      case 'P' -> stack.pushObject(storages.ofText(in.line(Integer.MAX_VALUE)));
      default -> throw in.broken(Text.format("opcode 0x%02x, which no checkpoint needs", opcode));
    }
  }

  // Values.

  /** Python 2's string with its quotes; what is escaped in it stays so. */
  private static String unquoted(String line) {
    String text = line.strip();
    return text.length() >= 2 ? text.substring(1, text.length() - 1) : text;
  }

  private void pushDict(Object[] keysAndValues) {
    stack.pushObject(new LinkedHashMap<>());
    setItems(new Tuple(keysAndValues));
  }

  @SuppressWarnings("unchecked")
  private void append(Object... items) {
    Object target = stack.topValue();
    if (target instanceof ArrayList) {
      in.take(HeapBudget.SLOT * (long) items.length);
      ((List<Object>) target).addAll(Arrays.asList(items));
    } else if (!(target instanceof Opaque)) {
      throw in.broken("appends to " + PickledTypes.describe(target));
    }
  }

  @SuppressWarnings("unchecked")
  private void setItems(Tuple keysAndValues) {
    Object target = stack.topValue();
    if (!(target instanceof LinkedHashMap || target instanceof Opaque)) {
      throw in.broken("sets an item of " + PickledTypes.describe(target));
    }
    if (keysAndValues.size() % 2 != 0) {
      throw in.broken("a key without a value");
    }
    if (target instanceof Opaque opaque) {
      passedOver(opaque);
      return;
    }
    Map<Object, Object> dict = (Map<Object, Object>) target;
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      calls.put(dict, keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  // Names, and what is done with them.

  private Object global(String module, String name) {
    if (PickledNames.isHostile(module, name)) {
      throw in.broken(
          Text.format(
              "refused the global %s: it could do harm, and no checkpoint needs it; nothing is run",
              Quoted.of(module + "." + name)));
    }
    return PickledNames.of(module, name);
  }

  private void stackGlobal() {
    Object name = stack.pop();
    Object module = stack.pop();
    if (!(name instanceof String n && module instanceof String m)) {
      throw in.broken("a global whose name is not text");
    }
    stack.pushObject(global(m, n));
  }

  private void reduce(Object arguments) {
    Object function = stack.pop();
    if (!(arguments instanceof Tuple tuple)) {
      throw in.broken(
          Text.format(
              "calls %s with %s",
              PickledTypes.describe(function), PickledTypes.describe(arguments)));
    }
    stack.pushObject(calls.call(function, tuple));
  }

  private void newObjectWithKeywords(Object keywords) {
    Object arguments = stack.pop();
    if (!(arguments instanceof Tuple && keywords instanceof Map)) {
      throw in.broken("makes an object with " + PickledTypes.describe(arguments));
    }
    object(stack.pop());
  }

  private void object(@Nullable Object type) {
    if (!(type instanceof Opaque opaque)) {
      throw in.broken("makes an object of " + PickledTypes.describe(type));
    }
    stack.pushObject(calls.object(opaque));
  }

  /**
   * Sets attributes. State dicts carry their modules' versions so; those of others don't matter.
   */
  private void build(Object state) {
    Object target = stack.topValue();
    if (target instanceof Opaque opaque) {
      passedOver(opaque);
    } else if (target instanceof NumpyValues.Array array) {
      array.setState(state);
    } else if (target instanceof NumpyValues.Type type) {
      type.setState(state);
    } else if (!(target instanceof LinkedHashMap && state instanceof Map)) {
      throw in.broken(
          Text.format(
              "sets the state of %s to %s",
              PickledTypes.describe(target), PickledTypes.describe(state)));
    }
  }
}
