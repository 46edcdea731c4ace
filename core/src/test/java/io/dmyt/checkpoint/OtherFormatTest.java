package io.dmyt.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.safetensors.SafeTensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a checkpoint's place is named, with what to do about it. */
class OtherFormatTest {
  @TempDir Path folder;

  private void assertNamed(String what, byte[] content) throws IOException {
    assertRefused(
        "neither a PyTorch file nor safetensors but " + what,
        Files.write(folder.resolve("weights.pth"), content));
  }

  private static void assertRefused(String what, Path file) {
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file).close());
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void pointersAndPagesAreToldFromTheFile() throws IOException {
    assertNamed(
        "a pointer of Git LFS, not the file itself: fetch it with git lfs pull",
        latin1("version https://git-lfs.github.com/spec/v1\noid sha256:0f\nsize 44700000\n"));
    assertNamed("a web page", latin1("\n<!DOCTYPE html><title>Virus scan warning</title>"));
  }

  @Test
  void packedFilesAreNamed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(new byte[1000]);
    }
    assertNamed("packed by gzip: unpack it", bytes.toByteArray());
    assertNamed("packed by xz: unpack it", latin1("\u00fd7zXZ\0\0\4\u00e6\u00d6\u00b4F"));
    byte[] tar = new byte[1024];
    System.arraycopy(latin1("weights.pth"), 0, tar, 0, 11);
    System.arraycopy(latin1("ustar"), 0, tar, 257, 5);
    assertNamed("a tar archive: unpack it", tar);
    assertNamed("HDF5", latin1("\u0089HDF\r\n\u001a\n\0\0\0\0"));
  }

  @Test
  void otherLibrariesFilesAreNamed() throws IOException {
    assertNamed(
        "ONNX, which is not read", latin1("\u0008\u0007\u0012\u0007pytorch\u001a\u00061.13.0"));
    assertNamed("TensorFlow's SavedModel", latin1("\u0008\u0001\u0012\u00ff\u0001keras    "));
    assertNamed("TensorFlow Lite", latin1("\u001c\0\0\0TFL3\u0014\0 \0\u001c\0"));
    assertNamed("GGUF", latin1("GGUF\u0003\0\0\0\u0001\0\0\0"));
    assertNamed("a NumPy array", latin1("\u0093NUMPY\u0001\0v\0{'descr': '<f8'}"));
    assertNamed(
        "a plain pickle, which is not read; in Python, save the network's state_dict()",
        latin1("\u0080\u0004\u0095\n\0\0\0\0\0\0\0}\u0094\u008c\u0001a\u0094K\u0001s."));
    assertNamed("text", latin1("model: xception\nepochs: 3\n"));
    assertNamed("text with an address", latin1("https://example.org/xception.pth\n"));
  }

  @Test
  void aNetworkInSeveralFilesIsRefused() throws IOException {
    assertNamed(
        "the index of a network in several files",
        latin1("{\"metadata\": {\"total_size\": 8}, \"weight_map\": {\"w\": \"a\"}}"));
    Path part = folder.resolve("model-00001-of-00002.safetensors");
    try (StateDict weights =
        StateDict.builder().put("w", Tensor.of(new float[] {1, 2}, 2)).build()) {
      SafeTensors.write(weights, part);
    }
    assertRefused("only a part of a network in several files", part);
    Path only = Files.move(part, folder.resolve("model-00001-of-00001.safetensors"));
    try (StateDict read = Checkpoints.open(only)) {
      assertEquals(1, read.types().size());
    }
  }
}
