package io.dmyt.checkpoint;

import io.dmyt.checkpoint.pytorch.PyTorchFile;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.FileByteSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Opens checkpoint files of any format read here, told apart by their content. */
public final class Checkpoints {
  private Checkpoints() {}

  /**
   * Opens a safetensors file, or a PyTorch file as {@link PyTorchFile#open} describes. The caller
   * closes it.
   *
   * @throws CheckpointException if it is neither, breaks its format's rules, or cannot be read
   */
  public static StateDict open(Path file) {
    FileByteSource bytes = FileByteSource.open(file);
    try {
      ByteBuffer head = bytes.read(0, (int) Math.min(PyTorchFile.SIGNATURE_BYTES, bytes.size()));
      return PyTorchFile.isSignature(head) ? PyTorchFile.read(bytes) : SafeTensors.read(bytes);
    } catch (RuntimeException | Error e) {
      bytes.close();
      throw e;
    }
  }
}
