package io.dmyt.engine;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * The engines that there are: those that {@link ServiceLoader} finds, and DL4J's own layers.
 *
 * <pre>{@code
 * ComputationGraph fast = Engines.best().accelerate(graph);
 * }</pre>
 */
public final class Engines {
  private Engines() {}

  private static final class Found {
    static final List<EngineProvider> PROVIDERS =
        ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparingInt(EngineProvider::preference).reversed())
            .toList();
  }

  /** The engines that were found, whether they are available or not, the most preferred first. */
  public static List<EngineProvider> providers() {
    return Found.PROVIDERS;
  }

  /** The names of all engines, {@code dl4j} last. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(providers().stream().map(EngineProvider::name).toList());
    names.add(Dl4jEngine.NAME);
    return names;
  }

  /** The best engine that is available here; DL4J's own layers where there is none. */
  public static Engine best() {
    return best(ExecutionOptions.DEFAULT);
  }

  /**
   * The best engine that is available here.
   *
   * @param options of it; DL4J's own layers take no heed of them
   * @throws IllegalArgumentException if it can't have these options here
   */
  public static Engine best(ExecutionOptions options) {
    for (EngineProvider provider : providers()) {
      if (provider.preference() > 0 && provider.unavailableBecause() == null) {
        return of(provider, options);
      }
    }
    return dl4j();
  }

  /**
   * Why {@link #best} is DL4J's own layers here, or null if it is an engine. Of several reasons it
   * is that of the engine which asks least of a machine: who has no GPU need not be told so.
   */
  public static @Nullable String bestUnavailableBecause() {
    String reason = null;
    for (EngineProvider provider : providers()) {
      if (provider.preference() > 0) {
        reason = provider.unavailableBecause();
        if (reason == null) {
          return null;
        }
      }
    }
    return reason;
  }

  /**
   * Looks for {@link #best} meanwhile: in a process that has not yet used ND4J this loads it, which
   * takes a second. The thread is not a pool's, so that ND4J looks for its backend with the
   * caller's context class loader.
   *
   * @return waits for it, and throws what looking for it threw
   */
  public static Supplier<Engine> bestMeanwhile() {
    FutureTask<Engine> search = new FutureTask<>(Engines::best);
    Thread thread = new Thread(search, "dmyt-engine");
    thread.setDaemon(true);
    thread.start();
    return () -> {
      try {
        return search.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return best();
      }
    };
  }

  /** DL4J's own layers. */
  public static Engine dl4j() {
    return new Dl4jEngine();
  }

  /**
   * An engine by its name.
   *
   * @param options of it; DL4J's own layers take no heed of them
   * @throws IllegalArgumentException if there is none of that name, or it can't have these options
   *     here
   * @throws IllegalStateException if it can't be used here
   */
  public static Engine named(String name, ExecutionOptions options) {
    if (name.equals(Dl4jEngine.NAME)) {
      return dl4j();
    }
    return of(
        provider(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        Text.format(
                            "unknown engine \"%s\": expected one of %s",
                            name, String.join(", ", names())))),
        options);
  }

  /** The provider of that name, if there is one. */
  public static Optional<EngineProvider> provider(String name) {
    return providers().stream().filter(provider -> provider.name().equals(name)).findFirst();
  }

  /**
   * An engine that {@link ServiceLoader} need not find.
   *
   * @throws IllegalArgumentException if it can't have these options here
   * @throws IllegalStateException if it can't be used here
   */
  public static Engine of(EngineProvider provider, ExecutionOptions options) {
    String reason = provider.unavailableBecause();
    if (reason != null) {
      throw new IllegalStateException(reason);
    }
    provider.check(options);
    return new ProvidedEngine(provider, options);
  }

  /** Whether a graph came from {@link Engine#accelerate} and runs on another engine than DL4J. */
  public static boolean accelerated(ComputationGraph graph) {
    return graph instanceof AcceleratedGraph;
  }

  /**
   * Keeps a graph's parameters where its engine computes, for the time of a training.
   *
   * @param blocks all of its parameters, in order
   * @return null if the engine computes with the graph's arrays themselves
   */
  public static @Nullable DeviceTraining train(
      ComputationGraph graph, List<DeviceTraining.Block> blocks) {
    return graph instanceof AcceleratedGraph accelerated ? accelerated.train(blocks) : null;
  }

  /**
   * Says which parameters don't learn from now on. The engine then computes none of their
   * gradients, as far as it can do without them, and leaves what the graph's gradients hold there;
   * DL4J's own layers compute them nevertheless.
   *
   * @throws IllegalStateException if the graph's engine has been released
   */
  public static void freeze(ComputationGraph graph, FrozenParameters parameters) {
    if (graph instanceof AcceleratedGraph accelerated) {
      accelerated.freeze(parameters);
    }
  }

  /** What runs where: the vertices but for the inputs, in topological order. */
  public static List<Placement> placements(ComputationGraph graph) {
    return Placements.of(graph);
  }

  /**
   * A table of {@link #placements}: vertex, where it runs, what the engine takes it for or why DL4J
   * runs it, and which other vertex's kernel does it in inference and in training ("?" before use).
   * Below it stands how the engine runs things here.
   */
  public static String describe(ComputationGraph graph) {
    return Placements.describe(graph);
  }

  /**
   * Frees the engine's memory behind an accelerated graph, whose use afterwards throws {@link
   * IllegalStateException}; parameters stay. Does nothing to any other graph, or twice.
   */
  public static void release(ComputationGraph graph) {
    if (graph instanceof AcceleratedGraph accelerated) {
      accelerated.release();
    }
  }
}
