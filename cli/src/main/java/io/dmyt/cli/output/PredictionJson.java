package io.dmyt.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Json;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Predictions as JSON. An image is {@code {"file", "fakeProbability", "verdict", "class",
 * "probabilities", "distances"}}, a file that is none {@code {"file", "error"}}, a video {@code
 * {"video", "frames", "mean", "median", "max", "verdict"}}. What is said of a video that was judged
 * by the faces in it, {@link ScreeningJson} says.
 */
public final class PredictionJson {
  private PredictionJson() {}

  /** What a detector's numbers belong to. */
  private record Names(List<String> classes, List<String> references) {
    Names(Detector detector) {
      this(detector.spec().classes(), List.copyOf(detector.rule().references().keySet()));
    }
  }

  /** A line for each, for pipes. */
  public static PredictionOutput lines(Terminal terminal, Detector detector) {
    return new Lines(terminal, detector);
  }

  /** A file: {@code {"detector", "backbone", "calibration", "images", "errors", "videos"}}. */
  public static PredictionOutput file(Path file, Path weights, Detector detector)
      throws IOException {
    return new Document(file, weights, detector);
  }

  private static void write(JsonGenerator json, Names names, Prediction p) throws IOException {
    json.writeStartObject();
    json.writeStringField("file", p.id().toString());
    json.writeNumberField("fakeProbability", p.fakeProbability());
    json.writeStringField("verdict", verdict(p.fake()));
    json.writeStringField("class", p.label());
    numbers(json, "probabilities", names.classes(), p.probabilities());
    if (!names.references().isEmpty()) {
      numbers(json, "distances", names.references(), p.distances());
    }
    json.writeEndObject();
  }

  private static void numbers(
      JsonGenerator json, String field, List<String> names, List<Double> values)
      throws IOException {
    json.writeObjectFieldStart(field);
    for (int i = 0; i < values.size(); i++) {
      json.writeNumberField(names.get(i), values.get(i));
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, BadImageException bad) throws IOException {
    json.writeStartObject();
    json.writeStringField("file", bad.file());
    json.writeStringField("error", bad.reason());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, VideoVerdict video) throws IOException {
    json.writeStartObject();
    json.writeStringField("video", video.video());
    json.writeNumberField("frames", video.frames());
    json.writeNumberField("mean", video.mean());
    json.writeNumberField("median", video.median());
    json.writeNumberField("max", video.max());
    json.writeStringField("verdict", verdict(video.fake()));
    json.writeEndObject();
  }

  private static String verdict(boolean fake) {
    return fake ? "fake" : "real";
  }

  private static final class Lines implements PredictionOutput {
    private final Terminal terminal;
    private final Names names;

    Lines(Terminal terminal, Detector detector) {
      this.terminal = terminal;
      names = new Names(detector);
    }

    private interface Content {
      void writeTo(JsonGenerator json) throws IOException;
    }

    private void line(Content content) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
        content.writeTo(json);
      }
      terminal.out().println(bytes.toString(StandardCharsets.UTF_8));
      terminal.requireReader();
    }

    @Override
    public void image(Prediction prediction) throws IOException {
      line(json -> write(json, names, prediction));
    }

    @Override
    public void bad(BadImageException file) throws IOException {
      line(json -> write(json, file));
    }

    @Override
    public void video(VideoVerdict video) throws IOException {
      line(json -> write(json, video));
    }

    @Override
    public void screened(VideoResult video) throws IOException {
      line(json -> ScreeningJson.write(json, video));
    }

    @Override
    public void badVideo(VideoException file) throws IOException {
      line(json -> ScreeningJson.write(json, file));
    }

    @Override
    public void finish() {
      // Every line is whole.
    }

    @Override
    public void close() {
      // Standard output is not this class's to close.
    }
  }

  private static final class Document implements PredictionOutput {
    private final Names names;
    private final AtomicFile.Draft draft;
    private final JsonGenerator json;
    private final List<BadImageException> errors = new ArrayList<>();
    private final List<VideoException> badVideos = new ArrayList<>();
    private boolean videos;

    Document(Path file, Path weights, Detector detector) throws IOException {
      names = new Names(detector);
      draft = new AtomicFile.Draft(file);
      json = Json.FACTORY.createGenerator(draft.out()).useDefaultPrettyPrinter();
      Calibration calibration = detector.calibration();
      json.writeStartObject();
      json.writeStringField("detector", weights.toString());
      json.writeStringField("backbone", detector.spec().backbone());
      json.writeFieldName("calibration");
      json.writeRawValue(Json.write(calibration));
      json.writeArrayFieldStart("images");
    }

    @Override
    public void image(Prediction prediction) throws IOException {
      write(json, names, prediction);
    }

    @Override
    public void bad(BadImageException file) {
      errors.add(file);
    }

    @Override
    public void video(VideoVerdict video) throws IOException {
      beginVideos();
      write(json, video);
    }

    private void beginVideos() throws IOException {
      if (!videos) {
        json.writeEndArray();
        json.writeArrayFieldStart("videos");
        videos = true;
      }
    }

    @Override
    public void screened(VideoResult video) throws IOException {
      beginVideos();
      ScreeningJson.write(json, video);
    }

    @Override
    public void badVideo(VideoException file) {
      badVideos.add(file);
    }

    @Override
    public void finish() throws IOException {
      json.writeEndArray();
      json.writeArrayFieldStart("errors");
      for (BadImageException error : errors) {
        write(json, error);
      }
      for (VideoException error : badVideos) {
        ScreeningJson.write(json, error);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.close();
      draft.commit();
    }

    @Override
    public void close() throws IOException {
      draft.close();
    }
  }
}
