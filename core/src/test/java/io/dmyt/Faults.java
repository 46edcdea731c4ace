package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Checks what faulty arguments are answered with. */
public final class Faults {
  private Faults() {}

  /** Fails unless the call throws an IllegalArgumentException whose message contains this. */
  public static void assertFault(String message, Executable call) {
    IllegalArgumentException fault = assertThrows(IllegalArgumentException.class, call);
    assertTrue(fault.getMessage().contains(message), fault::getMessage);
  }
}
