package io.dmyt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Against the examples of the protocol buffers' encoding guide. */
class ProtoWriterTest {

  @Test
  void varint() {
    assertEquals("089601", hex(new ProtoWriter().integer(1, 150)));
    assertEquals("0800", hex(new ProtoWriter().integer(1, 0)));
    assertEquals("08feffffffffffffffff01", hex(new ProtoWriter().integer(1, -2)));
  }

  @Test
  void text() {
    assertEquals("120774657374696e67", hex(new ProtoWriter().text(2, "testing")));
  }

  @Test
  void nestedMessage() {
    ProtoWriter inner = new ProtoWriter().integer(1, 150);
    assertEquals("1a03089601", hex(new ProtoWriter().message(3, inner)));
  }

  @Test
  void fieldNumberAboveFifteen() {
    assertEquals("a00102", hex(new ProtoWriter().integer(20, 2)));
  }

  @Test
  void real() {
    assertEquals("150000803f", hex(new ProtoWriter().real(2, 1)));
  }

  @Test
  void repeatedIntegersRepeatTheirTag() {
    assertEquals("40034003", hex(new ProtoWriter().integers(8, 3, 3)));
  }

  private static String hex(ProtoWriter writer) {
    return HexFormat.of().formatHex(writer.toBytes());
  }
}
