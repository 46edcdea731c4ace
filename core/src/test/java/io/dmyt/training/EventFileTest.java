package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.nd4j.shade.protobuf.WireFormat;
import org.tensorflow.framework.Summary;

/** The records are read back as TensorFlow reads them, their checksums computed bit by bit. */
class EventFileTest {
  private record Event(long step, String version, Summary summary, boolean start) {}

  @Test
  void isReadBack(@TempDir Path folder) throws Exception {
    try (EventFile events = new EventFile(folder.resolve("events"), 7)) {
      events.write(8, Map.of("train/loss", 0.25));
      events.write(9, Map.of("train/loss", Double.NaN));
    }
    List<Event> events = read(folder.resolve("events"));
    assertEquals(4, events.size());
    assertEquals("brain.Event:2", events.get(0).version());
    assertTrue(events.get(1).start());
    assertEquals(8, events.get(1).step(), "what an earlier process has from here on is void");
    assertEquals(8, events.get(2).step());
    Summary.Value value = events.get(2).summary().getValue(0);
    assertEquals("train/loss", value.getTag());
    assertEquals(0.25f, value.getSimpleValue());
    assertTrue(Float.isNaN(events.get(3).summary().getValue(0).getSimpleValue()));
  }

  @Test
  void theChecksumIsCastagnolis() {
    assertEquals(0xe3069283, crc("123456789".getBytes(StandardCharsets.US_ASCII)));
  }

  private static List<Event> read(Path folder) throws Exception {
    Path file;
    try (Stream<Path> files = Files.list(folder)) {
      file = files.filter(f -> f.toString().contains("tfevents")).findFirst().orElseThrow();
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertEquals(masked(length), bytes.getInt());
      byte[] event =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(event);
      assertEquals(masked(event), bytes.getInt());
      events.add(event(event));
    }
    return events;
  }

  private static Event event(byte[] bytes) throws Exception {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    long step = 0;
    String version = null;
    Summary summary = null;
    boolean start = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> assertTrue(in.readDouble() > 1.7e9, "seconds since 1970");
        case 2 -> step = in.readInt64();
        case 3 -> version = in.readString();
        case 5 -> summary = Summary.parseFrom(in.readByteArray());
        case 7 -> {
          byte[] log = in.readByteArray();
          start = log.length == 2 && log[0] == 8 && log[1] == 1;
        }
        default -> throw new AssertionError("field " + WireFormat.getTagFieldNumber(tag));
      }
    }
    return new Event(step, version, summary, start);
  }

  private static int masked(byte[] bytes) {
    int crc = crc(bytes);
    return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  }

  private static int crc(byte[] bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int i = 0; i < 8; i++) {
        crc = (crc >>> 1) ^ ((crc & 1) * 0x82f63b78);
      }
    }
    return ~crc;
  }
}
