import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Holds a table (.csv) or matrix of floats (.npy) to another: the same rows, numbers within 1e-5; or
 * the tensors of a .safetensors file, bit by bit.
 */
final class SameRows {
  private static final double TOLERANCE = 1e-5;

  /** Of a .npy file, before the header: magic and version, and then two bytes of its length. */
  private static final int MAGIC = 8;

  private SameRows() {}

  public static void main(String[] arguments) throws IOException {
    Path expected = Path.of(arguments[0]);
    Path found = Path.of(arguments[1]);
    if (arguments[0].endsWith(".npy")) {
      compare(numbers(expected), numbers(found));
    } else if (arguments[0].endsWith(".safetensors")) {
      require(tensors(expected).equals(tensors(found)), "the tensors differ");
    } else {
      compare(Files.readAllLines(expected), Files.readAllLines(found));
    }
  }

  private static ByteBuffer numbers(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.position(MAGIC + 2 + bytes.getShort(MAGIC)).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What lies behind the header, which also says when the network was trained. */
  private static ByteBuffer tensors(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.position(Long.BYTES + (int) bytes.getLong(0)).slice();
  }

  private static void compare(ByteBuffer expected, ByteBuffer found) {
    require(expected.remaining() > 0, "there are no numbers");
    require(expected.remaining() == found.remaining(), "the matrices have other sizes");
    for (int i = 0; i < expected.remaining(); i += Float.BYTES) {
      requireClose(expected.getFloat(i), found.getFloat(i), "byte " + i);
    }
  }

  private static void compare(List<String> expected, List<String> found) {
    require(expected.size() > 1, "there are no rows");
    require(expected.size() == found.size(), found.size() + " rows, not " + expected.size());
    for (int i = 0; i < expected.size(); i++) {
      String[] cells = expected.get(i).split(",", -1);
      String[] others = found.get(i).split(",", -1);
      require(cells.length == others.length, "row " + i + ": " + found.get(i));
      for (int k = 0; k < cells.length; k++) {
        if (!cells[k].equals(others[k])) {
          String where = "row " + i + ": " + cells[k] + " and " + others[k];
          try {
            requireClose(Double.parseDouble(cells[k]), Double.parseDouble(others[k]), where);
          } catch (NumberFormatException e) {
            throw new AssertionError(where, e);
          }
        }
      }
    }
  }

  private static void requireClose(double a, double b, String where) {
    require(Math.abs(a - b) <= TOLERANCE, where + ": " + a + " and " + b);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
