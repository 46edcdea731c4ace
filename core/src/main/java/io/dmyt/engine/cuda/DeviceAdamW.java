package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import io.dmyt.engine.DeviceTraining;
import io.dmyt.engine.cuda.Kernel.Grid;
import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** AdamW over a network's flat parameters on the device, in one launch. */
final class DeviceAdamW implements DeviceTraining {
  private static final long TILE = 4096;
  private static final int FIELDS = 5;
  private static final int ADAM = 0;
  private static final int SUBTRACT = 1;

  private final DeviceParameters parameters;
  private final INDArray gradients;
  private final List<Block> blocks;
  private final List<Shared> shared;
  private final KernelModule module = new KernelModule();
  private final Kernel kernel = module.library("adamw", Type.F32);
  private final long mean;
  private final long square;
  private List<Correction> corrections = List.of();
  private long table;
  private int tiles;
  private boolean closed;

  DeviceAdamW(
      DeviceParameters parameters, INDArray gradients, List<Block> blocks, List<Shared> shared) {
    Cuda.use();
    this.parameters = parameters;
    this.gradients = gradients;
    this.blocks = List.copyOf(blocks);
    this.shared = List.copyOf(shared);
    module.compile();
    parameters.refresh();
    parameters.gradients();
    mean = Cuda.allocate(Math.max(1, parameters.bytes()));
    square = Cuda.allocate(Math.max(1, parameters.bytes()));
    moveMoments(cudaMemcpyHostToDevice);
    parameters.hold(true);
  }

  private void moveMoments(int direction) {
    for (Block block : blocks) {
      if (block.moments() != null) {
        long at = block.from() * Float.BYTES;
        long bytes = block.length() * Float.BYTES;
        long host = Address.of(block.moments());
        boolean up = direction == cudaMemcpyHostToDevice;
        DeviceParameters.copy(up ? mean + at : host, up ? host : mean + at, bytes, direction);
        DeviceParameters.copy(
            up ? square + at : host + bytes, up ? host + bytes : square + at, bytes, direction);
      }
    }
    Cuda.synchronize();
  }

  @Override
  public void step(AdamW a, List<Correction> unbiased) {
    Cuda.use();
    if (table == 0 || !unbiased.equals(corrections)) {
      corrections = List.copyOf(unbiased);
      writeTable();
    }
    shared.forEach(s -> parameters.uploadGradients(gradients, s.from(), s.length()));
    double second = 1 - Math.pow(a.beta2(), a.step());
    kernel.launch(
        new Grid(tiles, 1, 1, 256),
        parameters.values(),
        parameters.gradients(),
        mean,
        square,
        table,
        Kernel.bits((float) a.gradientScale()),
        Kernel.bits((float) (1 - a.rate() * a.weightDecay())),
        Kernel.bits((float) a.beta1()),
        Kernel.bits((float) (1 - a.beta1())),
        Kernel.bits((float) a.beta2()),
        Kernel.bits((float) (1 - a.beta2())),
        Kernel.bits((float) (1 / Math.sqrt(second))),
        Kernel.bits((float) a.epsilon()),
        Kernel.bits((float) (a.rate() / (1 - Math.pow(a.beta1(), a.step())))));
    parameters.changed();
    if (!shared.isEmpty()) {
      shared.forEach(s -> parameters.publish(s.from(), s.length()));
      Cuda.synchronize();
    }
  }

  /** Rows of: first, end, kind, factor, share of the old value. */
  private void writeTable() {
    List<long[]> rows = new ArrayList<>();
    for (Block block : blocks) {
      if (block.moments() != null) {
        add(rows, block.from(), block.length(), ADAM, 1, 0);
      } else {
        subtract(rows, block);
      }
    }
    tiles = rows.size();
    if (table != 0) {
      Cuda.synchronize();
      Cuda.free(table);
    }
    table = Cuda.allocate((long) tiles * FIELDS * Long.BYTES);
    try (LongPointer all = new LongPointer((long) tiles * FIELDS)) {
      for (int i = 0; i < tiles; i++) {
        all.position((long) i * FIELDS).put(rows.get(i), 0, FIELDS);
      }
      all.position(0);
      DeviceParameters.copy(
          table, all.address(), (long) tiles * FIELDS * Long.BYTES, cudaMemcpyHostToDevice);
      Cuda.synchronize();
    }
  }

  private void subtract(List<long[]> rows, Block block) {
    long at = block.from();
    long end = block.from() + block.length();
    List<Correction> inside =
        corrections.stream()
            .filter(c -> c.from() >= block.from() && c.from() < end)
            .sorted((a, b) -> Long.compare(a.from(), b.from()))
            .toList();
    for (Correction c : inside) {
      add(rows, at, c.from() - at, SUBTRACT, 1, 0);
      add(rows, c.from(), c.length(), SUBTRACT, c.factor(), (1 - c.decay()) * (c.factor() - 1));
      at = c.from() + c.length();
    }
    add(rows, at, end - at, SUBTRACT, 1, 0);
  }

  private static void add(
      List<long[]> rows, long from, long length, int kind, double factor, double share) {
    for (long at = from; at < from + length; at += TILE) {
      rows.add(
          new long[] {
            at,
            Math.min(at + TILE, from + length),
            kind,
            Kernel.bits((float) factor),
            Kernel.bits((float) share)
          });
    }
  }

  @Override
  public void publish() {
    Cuda.use();
    moveMoments(cudaMemcpyDeviceToHost);
    parameters.publish();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    publish();
    parameters.hold(false);
    Cuda.free(mean);
    Cuda.free(square);
    if (table != 0) {
      Cuda.free(table);
    }
    module.close();
    parameters.close();
  }
}
