package io.dmyt.engine;

/**
 * An NVIDIA GPU.
 *
 * @param index by which CUDA's programs name it, counted from 0 among those that are visible
 * @param major of the compute capability, the GPU's generation: 8 of 8.6
 * @param minor of the compute capability: 6 of 8.6
 * @param memory its own, in bytes
 */
public record Gpu(int index, String name, int major, int minor, long memory) {

  /** The compute capability, e.g. {@code 8.6}. */
  public String capability() {
    return major + "." + minor;
  }
}
