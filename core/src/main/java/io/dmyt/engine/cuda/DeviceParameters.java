package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyAsync;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import io.dmyt.engine.Parameter;
import io.dmyt.internal.Address;
import io.dmyt.internal.Fingerprint;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network's flat parameters on the device, and, once there are some, its flat gradients. All who
 * compute with the same array share them.
 */
final class DeviceParameters implements AutoCloseable {
  private static final Map<Long, DeviceParameters> ALL = new HashMap<>();

  private final INDArray host;
  private final long bytes;
  private long values;
  private long gradients;
  private long fingerprint;
  private long version;
  private int users;
  private boolean held;

  private DeviceParameters(INDArray host) {
    this.host = host;
    bytes = host.length() * Float.BYTES;
  }

  /** Those of an array. Each call is to be followed by a {@link #close}. */
  static DeviceParameters of(INDArray host) {
    synchronized (ALL) {
      DeviceParameters found = host.isEmpty() ? null : ALL.get(Address.of(host));
      if (found == null || found.host.wasClosed() || found.host.length() != host.length()) {
        found = new DeviceParameters(host);
        if (!host.isEmpty()) {
          ALL.put(Address.of(host), found);
        }
      }
      found.users++;
      return found;
    }
  }

  long bytes() {
    return bytes;
  }

  /** Says whether the device's values count, and not the host's. */
  void hold(boolean device) {
    held = device;
  }

  boolean held() {
    return held;
  }

  /** Says that the device's values are new. */
  void changed() {
    version++;
  }

  /** Copies the values to the host's array. */
  void publish() {
    copy(Address.of(host), values(), bytes, cudaMemcpyDeviceToHost);
    Cuda.synchronize();
    fingerprint = Fingerprint.of(Address.of(host), host.length());
  }

  long address(Parameter p) {
    return values() + p.offset() * Float.BYTES;
  }

  long gradientAddress(Parameter p) {
    return gradients() + p.offset() * Float.BYTES;
  }

  /** Where the values begin. */
  long values() {
    if (values == 0) {
      values = Cuda.allocate(Math.max(1, bytes));
    }
    return values;
  }

  /** Where the gradients begin. */
  long gradients() {
    if (gradients == 0) {
      gradients = Cuda.allocate(Math.max(1, bytes));
    }
    return gradients;
  }

  /**
   * Brings the values on the device up to date with the host's.
   *
   * @return a number that changes with them
   */
  long refresh() {
    if (held || host.isEmpty()) {
      return version;
    }
    long now = Fingerprint.of(Address.of(host), host.length());
    if (version == 0 || now != fingerprint) {
      copy(values(), Address.of(host), bytes, cudaMemcpyHostToDevice);
      fingerprint = now;
      version++;
    }
    return version;
  }

  /** Copies a stretch of the values to the host's array. */
  void publish(long from, long length) {
    copy(
        Address.of(host) + from * Float.BYTES,
        values() + from * Float.BYTES,
        length * Float.BYTES,
        cudaMemcpyDeviceToHost);
  }

  /** Copies a stretch of the gradients from the host's. */
  void uploadGradients(INDArray of, long from, long length) {
    copy(
        gradients() + from * Float.BYTES,
        Address.of(of) + from * Float.BYTES,
        length * Float.BYTES,
        cudaMemcpyHostToDevice);
  }

  /** Copies a stretch of the gradients to the host's. */
  void download(INDArray to, long from, long length) {
    copy(
        Address.of(to) + from * Float.BYTES,
        gradients() + from * Float.BYTES,
        length * Float.BYTES,
        cudaMemcpyDeviceToHost);
  }

  static void copy(long to, long from, long bytes, int kind) {
    Cuda.check(
        cudaMemcpyAsync(new Address(to), new Address(from), bytes, kind, Cuda.stream()),
        "cudaMemcpyAsync");
  }

  /** Frees the memory if nobody else uses it. */
  @Override
  public void close() {
    synchronized (ALL) {
      users--;
      if (users > 0) {
        return;
      }
      ALL.values().remove(this);
    }
    if (values != 0) {
      Cuda.free(values);
      values = 0;
    }
    if (gradients != 0) {
      Cuda.free(gradients);
      gradients = 0;
    }
  }
}
