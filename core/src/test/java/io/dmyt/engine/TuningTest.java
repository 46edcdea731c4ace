package io.dmyt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningTest {
  @TempDir Path folder;

  @Test
  void remembers() throws IOException {
    Path file = folder.resolve("made/tuning.tsv");
    Tuning first = Tuning.in(file);
    first.choose("shape", "kernel 1");
    assertFalse(Files.exists(file), "nothing is written before it is saved");
    first.save();
    assertEquals(Optional.of("kernel 1"), Tuning.in(file).choice("shape"));
    assertEquals(Optional.empty(), Tuning.in(file).choice("another"));
  }

  @Test
  void theFirstFileDecidesAndGetsWhatTheOthersKnew() throws IOException {
    Path own = folder.resolve("own.tsv");
    Path shared = folder.resolve("shared.tsv");
    Files.writeString(own, "a\tmine\n");
    Files.writeString(shared, "a\ttheirs\nb\tboth\nc\tunused\n");
    Tuning both = Tuning.in(own, shared);
    assertEquals(Optional.of("mine"), both.choice("a"));
    assertEquals(Optional.of("both"), both.choice("b"));
    assertEquals(Map.of("a", "mine", "b", "both"), both.used());
    both.save();
    assertEquals(List.of("a\tmine", "b\tboth"), Files.readAllLines(own));
  }

  @Test
  void addsToWhatAnotherProcessWrote() throws IOException {
    Path file = folder.resolve("tuning.tsv");
    Tuning first = Tuning.in(file);
    Tuning second = Tuning.in(file);
    first.choose("a", "1");
    first.save();
    second.choose("b", "2");
    second.save();
    assertEquals(List.of("a\t1", "b\t2"), Files.readAllLines(file));
  }

  @Test
  void anotherFileIsRefused() throws IOException {
    Path file = folder.resolve("notes.txt");
    Files.writeString(file, "a\tb\nnot a choice\n");
    String message = assertThrows(IOException.class, () -> Tuning.in(file)).getMessage();
    Path binary = folder.resolve("binary");
    Files.write(binary, new byte[] {1, (byte) 0xff});
    assertTrue(
        assertThrows(IOException.class, () -> Tuning.in(binary))
            .getMessage()
            .startsWith(binary + ": not a file of engine tuning"));
    assertTrue(message.startsWith(file + ", line 2: expected a key, a tab and a choice"), message);
  }
}
