package io.dmyt.checkpoint;

import io.dmyt.checkpoint.pytorch.PyTorchFile;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.FileByteSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** Opens checkpoint files of any format read here, told apart by their content. */
public final class Checkpoints {
  /** What {@link #format} calls what PyTorch saves, zip or not. */
  public static final String PYTORCH = "a file of PyTorch";

  /** What {@link #format} calls safetensors. */
  public static final String SAFETENSORS = "safetensors";

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

  /**
   * What a file is by its first bytes, for people: {@link #PYTORCH}, {@link #SAFETENSORS}, or a
   * format that is not read and what to do about it; nothing if it is not recognised.
   *
   * @throws CheckpointException if it can't be read
   */
  public static Optional<String> format(Path file) {
    try (FileByteSource bytes = FileByteSource.open(file, CheckpointException::new)) {
      ByteBuffer head = head(bytes);
      if (PyTorchFile.isSignature(head)) {
        return Optional.of(PYTORCH);
      }
      return mayBeSafeTensors(head) ? Optional.of(SAFETENSORS) : OtherFormat.of(head);
    }
  }

  private static ByteBuffer head(FileByteSource file) {
    return file.read(0, (int) Math.min(OtherFormat.HEAD_BYTES, file.size()));
  }

  /** Whether JSON follows the length of a header. */
  private static boolean mayBeSafeTensors(ByteBuffer head) {
    return head.remaining() > Long.BYTES && head.get(Long.BYTES) == '{';
  }

  /** Refuses other formats, as long as they are known and the file can't be one of safetensors. */
  private static void requireSafeTensors(FileByteSource file) {
    ByteBuffer head = head(file);
    Optional<String> other = mayBeSafeTensors(head) ? Optional.empty() : OtherFormat.of(head);
    if (other.isPresent()) {
      throw new CheckpointException(
          file + ": neither a PyTorch file nor safetensors but " + other.get());
    }
  }
}
