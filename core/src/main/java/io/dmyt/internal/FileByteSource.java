package io.dmyt.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The bytes of a file, mapped window by window; thread-safe.
 *
 * <p>Whoever opens it says how a file that can't be read is reported, so that each reader of files
 * throws exceptions of its own.
 */
public final class FileByteSource implements ByteSource, AutoCloseable {
  /** Below this a read is quicker than a mapping and its release. */
  private static final int WORTH_MAPPING = 1 << 16;

  private final String name;
  private final FileChannel channel;
  private final long size;
  private final Failure failure;

  /** Makes the exception for a file that can't be read. */
  public interface Failure {
    /**
     * The exception to throw.
     *
     * @param message one line that names the file and says what is wrong
     * @param cause what the file system said
     */
    RuntimeException of(String message, Throwable cause);
  }

  private FileByteSource(String name, FileChannel channel, long size, Failure failure) {
    this.name = name;
    this.channel = channel;
    this.size = size;
    this.failure = failure;
  }

  public static FileByteSource open(Path file, Failure failure) {
    if (Files.isDirectory(file)) {
      throw failure.of(
          file + ": expected a file, found a folder", new FileSystemException(file.toString()));
    }
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return new FileByteSource(file.toString(), channel, channel.size(), failure);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw failure.of(file + ": no such file", e);
    } catch (IOException e) {
      throw failure.of(file + ": cannot be opened: " + Reason.of(e), e);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public ByteRange window(long offset, long length) {
    return new ByteRange(this::map, offset, length);
  }

  @Override
  public ByteBuffer read(long offset, int length) {
    ByteBuffer out = ByteBuffer.allocate(length);
    try {
      while (out.hasRemaining()) {
        if (channel.read(out, offset + out.position()) < 0) {
          throw failure.of(name + ": shrank while being read", new EOFException());
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    return out.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer map(long offset, int length) {
    if (length < WORTH_MAPPING) {
      return read(offset, length);
    }
    try {
      return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private RuntimeException unreadable(IOException e) {
    return e instanceof ClosedChannelException
        ? new IllegalStateException(name + ": has been closed", e)
        : failure.of(name + ": cannot be read: " + Reason.of(e), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure.of(name + ": cannot be closed: " + Reason.of(e), e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
