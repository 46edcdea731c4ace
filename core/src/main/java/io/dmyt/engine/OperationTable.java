package io.dmyt.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an engine knows, in one place: the kinds of operations, which operations of each kind it
 * runs, and how it does so. An {@link EngineProvider} asks the table what the engine {@link #runs},
 * its {@link RegionCompiler} lets the table {@link #emit} each operation.
 *
 * @param <P> what operations are written to, such as a program in the making
 */
public final class OperationTable<P> {

  /** Which operations of a kind an engine runs. */
  @FunctionalInterface
  public interface Condition<O extends Operation> {
    /**
     * Whether it runs this one.
     *
     * @param rank of the operation's value
     */
    boolean holds(O op, int rank);
  }

  /** How an engine does the operations of a kind. */
  @FunctionalInterface
  public interface Emission<P, O extends Operation> {
    /**
     * Adds a node's operation to a program.
     *
     * @param node the node's index in its region
     */
    void emit(P program, int node, O op);
  }

  private record Row<P, O extends Operation>(
      Class<O> kind, Condition<? super O> condition, Emission<P, ? super O> emission) {
    boolean runs(Operation op, int rank) {
      return condition.holds(kind.cast(op), rank);
    }

    void emit(P program, int node, Operation op) {
      emission.emit(program, node, kind.cast(op));
    }
  }

  private final Map<Class<?>, Row<P, ?>> rows;

  private OperationTable(Map<Class<?>, Row<P, ?>> rows) {
    this.rows = rows;
  }

  /** Values of these ranks, whatever else an operation says. */
  public static Condition<Operation> ranks(int... ranks) {
    return (op, rank) -> {
      for (int each : ranks) {
        if (each == rank) {
          return true;
        }
      }
      return false;
    };
  }

  /**
   * Whether the engine has an operation.
   *
   * @param rank of the operation's value
   */
  public boolean runs(Operation op, int rank) {
    Row<P, ?> row = rows.get(op.getClass());
    return row != null && row.runs(op, rank);
  }

  /**
   * Adds a node's operation to a program.
   *
   * @param node the node's index in its region
   * @throws IllegalArgumentException if the table has no operation of this kind
   */
  public void emit(P program, int node, Operation op) {
    @Nullable Row<P, ?> row = rows.get(op.getClass());
    if (row == null) {
      throw new IllegalArgumentException("the engine has no " + op.text());
    }
    row.emit(program, node, op);
  }

  /**
   * A table in the making.
   *
   * @param <P> what operations are written to
   */
  public static final class Builder<P> {
    private final Map<Class<?>, Row<P, ?>> rows = new LinkedHashMap<>();

    /**
     * Adds a kind of operation.
     *
     * @param condition which of them the engine runs
     * @param emission how it does so
     * @return this builder
     * @throws IllegalArgumentException if the kind is there already
     */
    public <O extends Operation> Builder<P> add(
        Class<O> kind, Condition<? super O> condition, Emission<P, ? super O> emission) {
      if (rows.putIfAbsent(kind, new Row<>(kind, condition, emission)) != null) {
        throw new IllegalArgumentException(kind.getSimpleName() + " is in the table twice");
      }
      return this;
    }

    /** The table of what was added. */
    public OperationTable<P> build() {
      return new OperationTable<>(Map.copyOf(rows));
    }
  }
}
