package io.dmyt.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** PyTorch's AdamW over a backbone's named parameters, one array operation at a time. */
final class PlainAdamW {
  private final Backbone backbone;
  private final List<String> names;
  private final List<INDArray> first;
  private final List<INDArray> second;
  private final double rate;
  private final double[] betas;
  private final double eps;
  private final double decay;
  private int steps;

  PlainAdamW(JsonNode settings, Backbone backbone) {
    this.backbone = backbone;
    rate = settings.get("lr").asDouble();
    betas = Golden.doubles(settings.get("betas"));
    eps = settings.get("eps").asDouble();
    decay = settings.get("weight_decay").asDouble();
    names =
        backbone.parameters().stream()
            .filter(p -> p.kind() == Kind.TRAINABLE)
            .map(NamedParameter::name)
            .toList();
    first = names.stream().map(n -> Nd4j.zerosLike(backbone.get(n))).toList();
    second = names.stream().map(n -> Nd4j.zerosLike(backbone.get(n))).toList();
  }

  void step(int batch) {
    steps++;
    double correction1 = 1 - Math.pow(betas[0], steps);
    double correction2 = Math.sqrt(1 - Math.pow(betas[1], steps));
    for (int i = 0; i < names.size(); i++) {
      INDArray gradient = backbone.gradient(names.get(i)).divi(batch);
      INDArray value = backbone.get(names.get(i)).muli(1 - rate * decay);
      INDArray m = first.get(i).muli(betas[0]).addi(gradient.mul(1 - betas[0]));
      INDArray v = second.get(i).muli(betas[1]).addi(gradient.mul(gradient).muli(1 - betas[1]));
      INDArray denominator = Transforms.sqrt(v, true).divi(correction2).addi(eps);
      value.subi(m.div(denominator).muli(rate / correction1));
      backbone.set(names.get(i), value);
    }
  }
}
