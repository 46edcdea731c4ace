package io.dmyt.checkpoint;

import io.dmyt.checkpoint.pytorch.PyTorchFile;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.FileByteSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** Opens checkpoint files of any format read here, told apart by their content. */
public final class Checkpoints {
  private Checkpoints() {}

  /**
   * Opens a safetensors file, or a PyTorch file, and in it the {@link Checkpoint#largest largest}
   * set of named tensors. The caller closes it.
   *
   * @throws CheckpointException if it is neither, breaks its format's rules, holds no named tensors
   *     or several sets that fit equally, or cannot be read
   */
  public static StateDict open(Path file) {
    Checkpoint checkpoint = openAll(file);
    try {
      return checkpoint.largest().read();
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  /**
   * Opens a file for a choice among all sets of named tensors in it. The caller closes it.
   *
   * @throws CheckpointException as {@link #open} does
   */
  public static Checkpoint openAll(Path file) {
    OtherFormat.requireWhole(file.toString());
    try (FileByteSource bytes = FileByteSource.open(file, CheckpointException::new)) {
      ByteBuffer head = bytes.read(0, (int) Math.min(PyTorchFile.SIGNATURE_BYTES, bytes.size()));
      if (PyTorchFile.isSignature(head)) {
        return PyTorchFile.openAll(file);
      } else if (PyTorchFile.isPickle(head)) {
        throw new CheckpointException(
            file
                + ": neither a PyTorch file nor safetensors but a plain pickle, which is not read;"
                + " in Python, save the network's state_dict() with torch.save");
      }
      requireSafeTensors(bytes);
    }
    return SafeTensors.openAll(file);
  }

  /** Refuses other formats, as long as they are known and the file can't be one of safetensors. */
  private static void requireSafeTensors(FileByteSource file) {
    ByteBuffer head = file.read(0, (int) Math.min(OtherFormat.HEAD_BYTES, file.size()));
    boolean possible = head.remaining() > Long.BYTES && head.get(Long.BYTES) == '{';
    Optional<String> other = possible ? Optional.empty() : OtherFormat.of(head);
    if (other.isPresent()) {
      throw new CheckpointException(
          file + ": neither a PyTorch file nor safetensors but " + other.get());
    }
  }
}
