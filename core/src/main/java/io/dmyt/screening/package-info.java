/**
 * From videos and pictures to verdicts and to data sets: faces found, followed, cropped and scored.
 *
 * <pre>{@code
 * try (Detector detector = Detector.load(Path.of("detector.zip"));
 *     FaceDetector faces = new YuNet(Path.of("yunet.onnx"))) {
 *   VideoDetector videos = new VideoDetector(detector, faces, ScreeningOptions.DEFAULT);
 *   VideoResult result = videos.predict(Path.of("clip.mp4"));
 *   System.out.println(result.verdict() + " " + result.score());
 * }
 * }</pre>
 */
@NullMarked
package io.dmyt.screening;

import org.jspecify.annotations.NullMarked;
