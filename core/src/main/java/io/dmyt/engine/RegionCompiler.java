package io.dmyt.engine;

/**
 * Compiles one region of one graph for the shapes that come along. What it compiled may share
 * memory, as a run begins only when the run before has given its values away, and its way back is
 * over or will not come.
 */
public interface RegionCompiler extends AutoCloseable {

  /**
   * Compiles the region for inputs of given shapes.
   *
   * @throws UnsupportedShapeException if it can't run the region with these; DL4J does it then
   */
  CompiledRegion compile(RegionProgram program);

  /** How it runs things here, in a few words: "images are stored in f32 nchw8c". */
  String description();

  /** Frees what it holds. Everything that it compiled has been closed before. */
  @Override
  void close();
}
