package io.dmyt.engine;

import static io.dmyt.engine.OperationTable.ranks;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperationTableTest {
  private static OperationTable.Builder<List<String>> builder() {
    return new OperationTable.Builder<List<String>>()
        .add(Operation.Softmax.class, ranks(2, 3), (to, node, op) -> to.add("softmax of " + node))
        .add(
            Operation.Concat.class,
            (op, rank) -> op.axis() == rank - 1,
            (to, node, op) -> to.add("axis " + op.axis()));
  }

  @Test
  void runsWhatItsConditionsSay() {
    OperationTable<List<String>> table = builder().build();
    assertTrue(table.runs(new Operation.Softmax(), 2));
    assertTrue(table.runs(new Operation.Softmax(), 3));
    assertFalse(table.runs(new Operation.Softmax(), 4));
    assertTrue(table.runs(new Operation.Concat(2), 3));
    assertFalse(table.runs(new Operation.Concat(2), 4));
    assertFalse(table.runs(new Operation.Product(), 2));
  }

  @Test
  void emitsEachKindByItsOwn() {
    OperationTable<List<String>> table = builder().build();
    List<String> program = new ArrayList<>();
    table.emit(program, 7, new Operation.Softmax());
    table.emit(program, 8, new Operation.Concat(1));
    assertEquals(List.of("softmax of 7", "axis 1"), program);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> table.emit(program, 9, new Operation.Product()));
    assertEquals("the engine has no product", e.getMessage());
  }

  @Test
  void refusesAKindTwice() {
    OperationTable.Builder<List<String>> twice = builder();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> twice.add(Operation.Concat.class, ranks(2), (to, node, op) -> to.add("again")));
    assertEquals("Concat is in the table twice", e.getMessage());
  }
}
