package io.dmyt.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A range of {@link ByteSource} opened for one reading, in segments because a buffer ends at 2 GB.
 *
 * <p>A window never leaves the method that opened it, so its mappings can be released on {@link
 * #close} without a reader ever touching released memory; the garbage collector would keep a mapped
 * file busy for as long as it likes. One reader only; not thread-safe.
 */
public final class ByteRange implements AutoCloseable {
  /** A power of two, so that no element of 1, 2, 4 or 8 bytes lies across two segments. */
  static final int SEGMENT = 1 << 30;

  /** Where the bytes come from. */
  public interface Source {
    /** The bytes [offset, offset + length), as a buffer that nobody else uses. */
    ByteBuffer map(long offset, int length);
  }

  private static final @Nullable MethodHandle UNMAP = unmapper();

  private final Source source;
  private final long offset;
  private final long length;
  private final int segmentBytes;
  private final @Nullable ByteBuffer[] segments;

  public ByteRange(Source source, long offset, long length) {
    this(source, offset, length, SEGMENT);
  }

  /** With segments of another power of two, 8 at least. */
  public ByteRange(Source source, long offset, long length, int segmentBytes) {
    this.source = source;
    this.offset = offset;
    this.length = length;
    this.segmentBytes = segmentBytes;
    this.segments = new ByteBuffer[Math.toIntExact((length + segmentBytes - 1) / segmentBytes)];
  }

  public int segmentCount() {
    return segments.length;
  }

  public int segmentBytes() {
    return segmentBytes;
  }

  /**
   * The bytes [i · segmentBytes, (i + 1) · segmentBytes) of the window; the last may be shorter.
   */
  public ByteBuffer segment(int i) {
    ByteBuffer segment = segments[i];
    if (segment == null) {
      long start = (long) i * segmentBytes;
      segment = source.map(offset + start, (int) Math.min(segmentBytes, length - start));
      segments[i] = segment;
    }
    return segment;
  }

  @Override
  public void close() {
    for (int i = 0; i < segments.length; i++) {
      if (segments[i] instanceof MappedByteBuffer mapped && UNMAP != null) {
        try {
          UNMAP.invokeExact((ByteBuffer) mapped);
        } catch (Throwable e) {
          throw new IllegalStateException("cannot release a mapping", e);
        }
      }
      segments[i] = null;
    }
  }

  // Java 17 has no supported way to unmap; where this one is closed, the collector does it.
  private static @Nullable MethodHandle unmapper() {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException | RuntimeException e) {
      Logger log = LoggerFactory.getLogger(ByteRange.class);
      log.debug("mapped files are released by the garbage collector only", e);
      return null;
    }
  }
}
