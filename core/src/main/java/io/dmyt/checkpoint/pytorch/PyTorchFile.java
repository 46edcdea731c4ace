package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.internal.FileByteSource;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What {@code torch.save} writes: the zip format of PyTorch 1.6 and later, and the older one of
 * consecutive pickles.
 */
public final class PyTorchFile {
  /** How much of a file's beginning tells whether it is one. */
  public static final int SIGNATURE_BYTES = 64;

  private static final int ZIP_SIGNATURE = 0x04034b50;

  /** What the first pickle of the older format holds, in whichever protocol. */
  private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

  private PyTorchFile() {}

  /**
   * Opens a file, and in it the {@link Checkpoint#largest largest} set of named tensors. The caller
   * closes it.
   *
   * @throws CheckpointException if it is damaged, asks for what could do harm, holds no named
   *     tensors or several sets that fit equally, or cannot be read
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
   * Whether these first bytes of a file, up to {@link #SIGNATURE_BYTES}, are one of its formats.
   */
  public static boolean isSignature(ByteBuffer head) {
    return isZip(head) || isLegacy(head);
  }

  private static boolean isZip(ByteBuffer head) {
    return head.remaining() >= Integer.BYTES && head.getInt(0) == ZIP_SIGNATURE;
  }

  private static boolean isLegacy(ByteBuffer head) {
    try {
      return LEGACY_MAGIC.equals(new Unpickler("signature", head.duplicate()).read());
    } catch (CheckpointException e) {
      return false;
    }
  }

  /**
   * Whether a file begins as a pickle of protocol 2 to 5 does, and not as the length of a header
   * that safetensors allow.
   */
  public static boolean isPickle(ByteBuffer head) {
    return head.remaining() >= Long.BYTES
        && (head.get(0) & 0xff) == 0x80
        && head.get(1) >= 2
        && head.get(1) <= 5
        && (head.get(6) != 0 || head.get(7) != 0);
  }

  /**
   * All sets of named tensors in a file, which the result owns.
   *
   * @throws CheckpointException if it is damaged, asks for what could do harm, holds none, or
   *     cannot be read
   */
  public static Checkpoint openAll(Path file) {
    FileByteSource bytes = FileByteSource.open(file, CheckpointException::new);
    try {
      return all(bytes);
    } catch (RuntimeException | Error e) {
      bytes.close();
      throw e;
    }
  }

  private static Checkpoint all(FileByteSource file) {
    ByteBuffer head = file.read(0, (int) Math.min(SIGNATURE_BYTES, file.size()));
    if (isZip(head)) {
      return new ZipReader(file).read();
    } else if (isLegacy(head)) {
      return new LegacyReader(file).read();
    }
    throw new CheckpointException(
        file + ": not a PyTorch file: neither a zip nor a pickle as torch.save writes them");
  }
}
