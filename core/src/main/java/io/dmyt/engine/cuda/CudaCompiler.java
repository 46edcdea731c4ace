package io.dmyt.engine.cuda;

import io.dmyt.engine.CompiledRegion;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Region;
import io.dmyt.engine.RegionCompiler;
import io.dmyt.engine.RegionProgram;
import io.dmyt.engine.cuda.Mover.Box;
import io.dmyt.engine.cuda.Program.Port;
import io.dmyt.engine.cuda.Program.Ports;
import io.dmyt.engine.cuda.Program.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Compiles a region's programs, which share parameters and an arena. */
final class CudaCompiler implements RegionCompiler {
  private final Precision precision;
  private final DeviceParameters parameters;
  private final Arena arena = new Arena();

  CudaCompiler(INDArray parameters, Precision precision) {
    this.precision = precision;
    this.parameters = DeviceParameters.of(parameters);
  }

  @Override
  public CompiledRegion compile(RegionProgram program) {
    Cuda.use();
    Lowered nodes = new Lowered(program);
    ProgramBuilder built =
        new ProgramBuilder(
            nodes,
            program.training(),
            precision == Precision.BF16 ? Type.BF16 : Type.F32,
            parameters);
    Ports ports =
        new Ports(
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>());
    Map<Integer, String> learning = new LinkedHashMap<>();
    for (int n = 0; n < nodes.nodes().size(); n++) {
      if (nodes.node(n).op() instanceof Operation.Input input) {
        enter(built, n, input, ports.inputs());
        if (input.learns()) {
          learning.put(n, input.vertex());
        }
      } else if (!built.has(n) && !nodes.fused(n)) {
        Operations.emit(built, n);
      }
    }
    for (String vertex : program.wanted()) {
      int node = nodes.ofRegion(program.region().node(vertex));
      ports.outputs().put(vertex, leave(built, built.value(node)));
    }
    if (program.training()) {
      goBack(program, built, ports, learning);
    }
    for (WeightCopies copies : List.of(built.weights(), built.floats())) {
      if (!copies.isEmpty()) {
        built.prepare(copies.read(built.module(), parameters));
      }
    }
    return new Program(built, ports, fused(program, nodes), spans(nodes), arena);
  }

  /** An array from outside, in row-major order, as images are stored here. */
  private static void enter(
      ProgramBuilder built, int node, Operation.Input input, Map<String, Port> ports) {
    long[] dims = built.nodes().node(node).dims();
    Tensor given = Tensor.planned(Type.F32, length(dims));
    Tensor value = built.like(node);
    built.step(Mover.copy(built.module(), "input", Box.rowMajor(given, dims), Box.of(value)));
    built.store(node, value);
    ports.put(input.vertex(), new Port(given, dims));
  }

  private static long length(long[] dims) {
    long n = 1;
    for (long d : dims) {
      n *= d;
    }
    return n;
  }

  /** A tensor as an array in row-major order. */
  private static Port leave(ProgramBuilder built, Tensor value) {
    Tensor given = Tensor.planned(Type.F32, value.length());
    built.step(
        Mover.copy(built.module(), "output", Box.of(value), Box.rowMajor(given, value.dims())));
    return new Port(given, value.dims());
  }

  private static void goBack(
      RegionProgram program, ProgramBuilder built, Ports ports, Map<Integer, String> learning) {
    List<Step> imports = new ArrayList<>();
    for (String vertex : program.wanted()) {
      int node = built.nodes().ofRegion(program.region().node(vertex));
      if (program.region().ends().contains(vertex) && built.nodes().node(node).learns()) {
        long[] dims = built.nodes().node(node).dims();
        Tensor given = Tensor.planned(Type.F32, length(dims));
        Tensor gradient = Tensor.planned(built.value(node).type(), dims);
        imports.add(
            Mover.copy(built.module(), "gradient", Box.rowMajor(given, dims), Box.of(gradient)));
        built.gradient(node, Term.of(gradient));
        ports.epsilons().put(vertex, new Port(given, dims));
      }
    }
    built.goBack(imports);
    learning.forEach(
        (node, vertex) -> {
          List<Term> terms = built.gradient(node);
          if (!terms.isEmpty()) {
            ports.inputGradients().put(vertex, leave(built, built.whole(node, terms)));
          }
        });
    for (WeightCopies copies : List.of(built.weightGradients(), built.floatGradients())) {
      if (!copies.isEmpty()) {
        built.step(copies.write(built.module(), built.parameters()));
      }
    }
  }

  /** Where the parameters lie that the program has. */
  private static List<Span> spans(Lowered nodes) {
    List<Span> all = new ArrayList<>();
    for (Lowered.Node node : nodes.nodes()) {
      List<Parameter> parameters =
          node.op() == null ? List.of(Objects.requireNonNull(node.bias())) : node.op().parameters();
      parameters.forEach(p -> all.add(new Span(p.offset(), p.length())));
    }
    all.sort(Comparator.comparingLong(Span::from));
    List<Span> merged = new ArrayList<>();
    for (Span span : all) {
      Span last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last != null && span.from() <= last.from() + last.length()) {
        long end = Math.max(last.from() + last.length(), span.from() + span.length());
        merged.set(merged.size() - 1, new Span(last.from(), end - last.from()));
      } else {
        merged.add(span);
      }
    }
    return merged;
  }

  private static Map<String, String> fused(RegionProgram program, Lowered nodes) {
    Map<String, String> all = new HashMap<>();
    Region region = program.region();
    for (int n = 0; n < region.nodes().size(); n++) {
      if (program.liveness().live(n)) {
        int at = nodes.ofRegion(n);
        String vertex = nodes.node(at).vertex();
        while (nodes.fused(at)) {
          at = nodes.onlyReader(at);
        }
        String by = nodes.node(at).vertex();
        if (!by.equals(vertex) && region.node(vertex) == n) {
          all.put(vertex, "in " + by);
        }
      }
    }
    return all;
  }

  @Override
  public String description() {
    return "values are stored in "
        + (precision == Precision.BF16 ? "bf16" : "f32")
        + ", channels last";
  }

  @Override
  public void close() {
    Cuda.use();
    arena.close();
    parameters.close();
  }
}
