package io.dmyt.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.dmyt.face.Face;
import io.dmyt.face.Point;
import io.dmyt.metric.Estimate;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.IOException;

/**
 * A video's result as JSON: {@code {"video", "verdict", "fakeProbability", "low", "high", "reason",
 * "seconds", "frames", "lookedAt", "damagedPackets", "lostFrames", "cuts", "faces": [{"face",
 * "verdict", "fakeProbability", "low", "high", "reason", "sightings": [{"frame", "time", "box",
 * "landmarks", "fakeProbability", "skipped"}]}]}}. Numbers that don't exist are {@code null}.
 */
final class ScreeningJson {
  private ScreeningJson() {}

  static void write(JsonGenerator json, VideoResult result) throws IOException {
    json.writeStartObject();
    json.writeStringField("video", result.video());
    json.writeStringField("verdict", result.verdict().label());
    score(json, result.score());
    json.writeStringField("reason", result.reason().orElse(null));
    json.writeNumberField("seconds", result.info().duration().toNanos() / 1e9);
    json.writeNumberField("frames", result.info().frames());
    json.writeNumberField("lookedAt", result.read());
    json.writeNumberField("damagedPackets", result.damage().packets());
    json.writeNumberField("lostFrames", result.damage().frames());
    json.writeNumberField("cuts", result.cuts());
    json.writeArrayFieldStart("faces");
    for (FaceTrack face : result.faces()) {
      write(json, face);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, FaceTrack face) throws IOException {
    json.writeStartObject();
    json.writeNumberField("face", face.number());
    json.writeStringField("verdict", face.verdict().label());
    score(json, face.score());
    json.writeStringField("reason", face.reason().orElse(null));
    json.writeArrayFieldStart("sightings");
    for (Sighting sighting : face.sightings()) {
      write(json, sighting);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Sighting sighting) throws IOException {
    json.writeStartObject();
    json.writeNumberField("frame", sighting.frame());
    json.writeNumberField("time", sighting.time().toNanos() / 1e9);
    if (sighting.face().isPresent()) {
      Face face = sighting.face().get();
      json.writeFieldName("box");
      json.writeArray(
          new double[] {face.box().x(), face.box().y(), face.box().width(), face.box().height()},
          0,
          4);
      json.writeArrayFieldStart("landmarks");
      for (Point point : face.landmarks()) {
        json.writeArray(new double[] {point.x(), point.y()}, 0, 2);
      }
      json.writeEndArray();
    }
    number(json, "fakeProbability", sighting.fakeProbability());
    json.writeStringField("skipped", sighting.skipped().orElse(null));
    json.writeEndObject();
  }

  static void write(JsonGenerator json, VideoException bad) throws IOException {
    json.writeStartObject();
    json.writeStringField("video", bad.file());
    json.writeStringField("error", bad.reason());
    json.writeEndObject();
  }

  private static void score(JsonGenerator json, Estimate score) throws IOException {
    number(json, "fakeProbability", score.value());
    number(json, "low", score.low());
    number(json, "high", score.high());
  }

  private static void number(JsonGenerator json, String name, double value) throws IOException {
    if (Double.isNaN(value)) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
  }
}
