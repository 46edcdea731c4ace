package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.pytorch.PickledTypes.Tuple;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The stack, marks and memo of a pickle's machine. */
final class PickleStack {
  private static final Object MARK = new Object();
  private static final Object ABSENT = new Object();

  private final PickleInput in;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final List<Object> memo = new ArrayList<>();

  PickleStack(PickleInput in) {
    this.in = in;
  }

  void push(@Nullable Object value) {
    in.take(HeapBudget.SLOT);
    stack.add(value);
  }

  /** Pushes something new, which takes memory. */
  void pushObject(Object value) {
    in.take(HeapBudget.OBJECT);
    push(value);
  }

  void mark() {
    marks.add(stack.size());
    push(MARK);
  }

  Object pop() {
    if (stack.isEmpty() || top() == MARK) {
      throw in.broken("takes a value from an empty stack");
    }
    return stack.remove(stack.size() - 1);
  }

  /** Takes the top away, a mark or a value. */
  void drop() {
    if (!stack.isEmpty() && top() == MARK) {
      popMarked();
    } else {
      pop();
    }
  }

  /** The top, which stays. */
  Object top() {
    if (stack.isEmpty()) {
      throw in.broken("needs a value on an empty stack");
    }
    return stack.get(stack.size() - 1);
  }

  /** The top, which is no mark. */
  Object topValue() {
    if (!stack.isEmpty() && top() == MARK) {
      throw in.broken("takes a mark for a value");
    }
    return top();
  }

  /** All above the last mark, which goes too. */
  Object[] popMarked() {
    if (marks.isEmpty()) {
      throw in.broken("no mark on the stack");
    }
    int mark = marks.remove(marks.size() - 1);
    List<Object> tail = stack.subList(mark, stack.size());
    Object[] values = tail.subList(1, tail.size()).toArray();
    tail.clear();
    return values;
  }

  Tuple popTuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    return new Tuple(items);
  }

  /** The one value that is left at the end. */
  Object result() {
    if (stack.size() != 1 || !marks.isEmpty()) {
      throw in.broken("the pickle ends with " + stack.size() + " values, expected one");
    }
    return stack.get(0);
  }

  void memoize() {
    memoize(memo.size());
  }

  /** Remembers the top. Indices rise one by one, or with gaps where unused ones were taken out. */
  void memoize(long index) {
    Object value = topValue();
    if (index > in.position()) {
      throw in.broken(Text.format("memo entry %d after %d", index, memo.size()));
    }
    while (index > memo.size()) {
      in.take(HeapBudget.SLOT);
      memo.add(ABSENT);
    }
    if (index == memo.size()) {
      in.take(HeapBudget.SLOT);
      memo.add(value);
    } else {
      memo.set((int) index, value);
    }
  }

  Object recall(long index) {
    Object value = index < memo.size() ? memo.get((int) index) : ABSENT;
    if (value == ABSENT) {
      throw in.broken(Text.format("memo entry %d of %d", index, memo.size()));
    }
    return value;
  }
}
