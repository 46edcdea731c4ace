package io.dmyt.engine.onednn;

import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * One block of native memory, shared by all programs of a graph, which never run at the same time.
 *
 * <p>Implementation note: {@link Layout} places tensors offline, largest first, at the lowest
 * offset where no tensor alive at the same time lies ("greedy by size"). On the graphs measured the
 * block stays within a few percent of the largest sum of tensors alive at once.
 */
final class Arena {
  private final NativeScope scope;
  private @Nullable BytePointer block;

  Arena(NativeScope scope) {
    this.scope = scope;
    scope.own(this, Arena::free);
  }

  /** The address of a block of at least {@code bytes}; it may move when it has to grow. */
  long reserve(long bytes) {
    if (scope.closed()) {
      throw new IllegalStateException("the arena is closed");
    }
    long needed = bytes + Address.ALIGNMENT;
    if (block == null || block.capacity() < needed) {
      free();
      block = new BytePointer(needed);
    }
    return Address.align(block.address());
  }

  private void free() {
    if (block != null) {
      block.deallocate();
      block = null;
    }
  }

  /** Where each of a program's tensors lies, relative to the block. */
  static final class Layout {
    private final IdentityHashMap<Tensor, Long> offsets = new IdentityHashMap<>();
    private long bytes;

    /**
     * @param tensors all tensors of a program; those outside the arena are ignored
     */
    Layout(List<Tensor> tensors) {
      List<Tensor> roots = new ArrayList<>();
      for (Tensor t : tensors) {
        if (t.arena() && t.place() == t && t.last() >= 0) {
          roots.add(t);
        }
      }
      roots.sort(Comparator.comparingLong((Tensor t) -> t.format().bytes()).reversed());
      List<Tensor> placed = new ArrayList<>();
      for (Tensor t : roots) {
        long offset = lowestGap(t, placed);
        offsets.put(t, offset);
        bytes = Math.max(bytes, offset + t.format().bytes());
        int at = 0;
        while (at < placed.size() && offset(placed.get(at)) <= offset) {
          at++;
        }
        placed.add(at, t);
      }
    }

    private long offset(Tensor t) {
      return Objects.requireNonNull(offsets.get(t));
    }

    private long lowestGap(Tensor t, List<Tensor> placedByOffset) {
      long size = t.format().bytes();
      long candidate = 0;
      for (Tensor p : placedByOffset) {
        if (p.first() > t.last() || p.last() < t.first()) {
          continue;
        }
        long start = offset(p);
        if (start >= candidate + size) {
          break;
        }
        candidate = Math.max(candidate, Address.align(start + p.format().bytes()));
      }
      return candidate;
    }

    long bytes() {
      return bytes;
    }

    /** Places every tensor of {@code tensors} that lies in the arena. */
    void bind(List<Tensor> tensors, long base) {
      for (Tensor t : tensors) {
        if (t.arena()) {
          Long offset = offsets.get(t.place());
          if (offset != null) {
            t.at(base + offset + t.shift());
          }
        }
      }
    }
  }
}
