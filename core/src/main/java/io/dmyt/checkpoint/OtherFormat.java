package io.dmyt.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Recognises files that often lie in a checkpoint's place, and says what to do about each. */
final class OtherFormat {
  /** How much of a file's beginning is looked at. */
  static final int HEAD_BYTES = 512;

  private static final int TAR_SIGNATURE = 257;

  /** The parts that transformers and others cut large networks into. */
  private static final Pattern PART = Pattern.compile("-(\\d+)-of-(\\d+)\\.\\w+$");

  private static final String ONE_FILE =
      "; in Python, load the network and save its state_dict() in one file with torch.save";

  /** First bytes, as Latin-1, of packed files. */
  private static final Map<String, String> PACKERS =
      Map.of(
          "\u001f\u008b", "gzip",
          "BZh", "bzip2",
          "\u00fd7zXZ", "xz",
          "(\u00b5/\u00fd", "Zstandard",
          "7z\u00bc\u00af", "7-Zip",
          "Rar!", "RAR");

  private static final String EXPORT =
      "; in Python, save the network's state_dict() with torch.save";

  /**
   * First bytes, as Latin-1, of what other programs write. ONNX is a version and its next field.
   */
  private static final Map<Pattern, String> OTHERS =
      Map.of(
          Pattern.compile("GGUF"), "GGUF",
          Pattern.compile("....TFL3", Pattern.DOTALL), "TensorFlow Lite",
          Pattern.compile("\u0008\u0001\u0012"), "TensorFlow's SavedModel",
          Pattern.compile("\u0008[\u0003-\u0010][\u0012\u001a\"2:B]"), "ONNX",
          Pattern.compile("\u0093NUMPY"), "a NumPy array",
          Pattern.compile("\u0080[\u0002-\u0005]"), "a plain pickle");

  private OtherFormat() {}

  /** What the file is, and what to do; nothing if it isn't recognised. */
  static Optional<String> of(ByteBuffer head) {
    byte[] bytes = new byte[head.remaining()];
    head.duplicate().get(bytes);
    String start = new String(bytes, StandardCharsets.ISO_8859_1);
    String text = start.stripLeading();
    if (start.startsWith("version https://git-lfs")) {
      return Optional.of("a pointer of Git LFS, not the file itself: fetch it with git lfs pull");
    }
    if (text.startsWith("<")) {
      return Optional.of(
          "a web page, such as one that asks to sign in, not the file itself: download it anew");
    }
    if (text.startsWith("{")) {
      return Optional.of(
          text.contains("weight_map") || text.contains("total_size")
              ? "the index of a network in several files" + ONE_FILE
              : "JSON");
    }
    if (start.startsWith("\u0089HDF\r\n")) {
      return Optional.of("HDF5, as Keras writes it, which is not read");
    }
    if (start.startsWith("ustar", TAR_SIGNATURE)) {
      return Optional.of("a tar archive: unpack it");
    }
    Optional<String> packed =
        PACKERS.entrySet().stream()
            .filter(packer -> start.startsWith(packer.getKey()))
            .map(packer -> "packed by " + packer.getValue() + ": unpack it")
            .findFirst();
    return packed.or(() -> ofOtherNetwork(start)).or(() -> ofText(text));
  }

  /** Other libraries' networks and arrays. */
  private static Optional<String> ofOtherNetwork(String start) {
    return OTHERS.entrySet().stream()
        .filter(other -> other.getKey().matcher(start).lookingAt())
        .map(other -> other.getValue() + ", which is not read" + EXPORT)
        .findFirst();
  }

  private static Optional<String> ofText(String text) {
    if (!text.chars().allMatch(c -> c >= ' ' || Character.isWhitespace(c)) || text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        text.startsWith("http://") || text.startsWith("https://")
            ? "text with an address: download what is there"
            : "text");
  }

  /** Refuses a file that by its name is one part of several. */
  static void requireWhole(String file) {
    Matcher part = PART.matcher(file);
    if (part.find() && !part.group(2).matches("0*1")) {
      throw new CheckpointException(
          file + ": only a part of a network in several files" + ONE_FILE);
    }
  }
}
