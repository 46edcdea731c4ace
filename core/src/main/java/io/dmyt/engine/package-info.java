/**
 * Faster execution of any DL4J {@link org.deeplearning4j.nn.graph.ComputationGraph}, by whichever
 * engine there is.
 *
 * <p>{@link io.dmyt.engine.Engine#accelerate} returns a graph that shares configuration,
 * parameters, gradients and updater with the one it was given. What its engine knows runs there;
 * every other vertex runs as DL4J's own. What is saved is the stock model.
 *
 * <p>A graph is read as a {@link io.dmyt.engine.Region} for each part that the engine knows: {@link
 * io.dmyt.engine.Operation}s on values of any rank, over parameters that lie in the network's flat
 * ones. An unknown layer costs that layer: the regions before and behind it are handed arrays. For
 * inputs of given shapes a region becomes a {@link io.dmyt.engine.RegionProgram}, which also knows
 * who needs what ({@link io.dmyt.engine.Liveness}).
 *
 * <h2>How to add an engine</h2>
 *
 * <ol>
 *   <li>Implement {@link io.dmyt.engine.EngineProvider}: a name, whether it is available here and
 *       why not, and which operations it {@linkplain io.dmyt.engine.EngineProvider#runs has}. A
 *       vertex that needs another one is left to DL4J, so begin with a few.
 *   <li>Implement {@link io.dmyt.engine.RegionCompiler} and {@link io.dmyt.engine.CompiledRegion}:
 *       go through the program's live nodes in their order, and back; read the parameters at their
 *       offsets; write their gradients. {@link io.dmyt.engine.Liveness#chainBehind} says what a
 *       kernel may do as well, {@link io.dmyt.engine.Region#absorbed} what is absorbed already.
 *   <li>Name the provider in {@code META-INF/services/io.dmyt.engine.EngineProvider}. From then on
 *       {@link io.dmyt.engine.Engines} has it, and the command line by {@code --engine NAME}.
 *   <li>The tests of this package then hold it to DL4J's own layers, as they do every engine that
 *       {@code TestEngine} finds.
 * </ol>
 *
 * <h2>How a layer of one's own runs on engines</h2>
 *
 * <p>Its configuration implements {@link io.dmyt.engine.SelfDescribing}, or a {@link
 * io.dmyt.engine.VertexReader} knows it.
 */
@NullMarked
package io.dmyt.engine;

import org.jspecify.annotations.NullMarked;
