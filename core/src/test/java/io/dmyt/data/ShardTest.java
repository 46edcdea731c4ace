package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {
  /** Of every size, in every number of pieces, with every unit. */
  @Test
  void piecesAreTheWholeInItsOrder() {
    for (int size = 0; size < 40; size++) {
      List<Integer> all = IntStream.range(0, size).boxed().toList();
      for (int count = 1; count <= 7; count++) {
        for (int unit : new int[] {1, 4, 8}) {
          List<Integer> joined = new ArrayList<>();
          for (int i = 1; i <= count; i++) {
            List<Integer> piece = new Shard(i, count).of(all, unit);
            assertTrue(joined.size() % unit == 0 || piece.isEmpty(), "begins within a batch");
            assertTrue(piece.size() <= (size / unit / count + 1) * unit, "far too large a piece");
            joined.addAll(piece);
          }
          assertEquals(all, joined, size + " in " + count + " by " + unit);
        }
      }
    }
  }

  @Test
  void framesOfAVideoStayTogether() {
    List<Path> files = new ArrayList<>();
    for (String video : List.of("a", "a/nested", "b", "c")) {
      for (int frame = 0; frame < 5; frame++) {
        files.add(Path.of("root", video, frame + ".png"));
      }
    }
    files.sort(null);
    List<Sample> samples = Shard.together(VideoGrouping.PARENT_FOLDER.group(files));
    assertEquals(files.size(), new HashSet<>(samples.stream().map(Sample::id).toList()).size());
    for (int count = 1; count <= 6; count++) {
      List<Sample> joined = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      for (int i = 1; i <= count; i++) {
        List<Sample> piece = new Shard(i, count).ofGroups(samples);
        Set<String> groups = new HashSet<>(piece.stream().map(Sample::group).toList());
        groups.forEach(g -> assertTrue(seen.add(g), g + " is in two pieces"));
        joined.addAll(piece);
      }
      assertEquals(samples, joined);
    }
  }

  @Test
  void read() {
    assertEquals(new Shard(2, 3), Shard.parse("2/3"));
    assertEquals("2/3", new Shard(2, 3).toString());
    assertTrue(Shard.WHOLE.isWhole());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "0/2", "3/2", "a/b", "1/2/3", "-1/2", "1/0"})
  void refuse(String text) {
    assertThrows(IllegalArgumentException.class, () -> Shard.parse(text));
  }
}
