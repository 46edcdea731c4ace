package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.dmyt.face.FaceCascade;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.YuNet;
import io.dmyt.hub.Download;
import io.dmyt.hub.FaceModel;
import io.dmyt.hub.RemoteFile;
import io.dmyt.hub.WeightsCache;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the face detector comes from; the hub is on loopback. */
class FaceDetectorsTest {
  private static final Path MODEL = Path.of("src/test/resources/faces/yunet.onnx");

  @TempDir Path folder;

  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private int status = 200;

  @BeforeEach
  void open() throws IOException {
    byte[] file = Files.readAllBytes(MODEL);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.sendResponseHeaders(status, status == 200 ? file.length : -1);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(status == 200 ? file : new byte[0]);
          }
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private WeightsCache cache() {
    String hub = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    return new WeightsCache(folder.resolve("weights"), Optional.of(hub), false);
  }

  private static RemoteFile file(Path model) throws Exception {
    byte[] bytes = Files.readAllBytes(model);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
    return FaceModel.YUNET.expecting(bytes.length, HexFormat.of().formatHex(hash));
  }

  private FaceDetectors.Choice choose(RemoteFile yunet, WeightsCache cache) throws IOException {
    return FaceDetectors.choose(Optional.empty(), yunet, cache, Download.Progress.NONE);
  }

  private void assertIsCascade(String why, FaceDetectors.Choice choice) throws IOException {
    try (FaceDetector detector = choice.detector()) {
      assertInstanceOf(FaceCascade.class, detector);
    }
    assertTrue(choice.model().isEmpty());
    String note = choice.note().orElseThrow();
    assertTrue(note.contains(why), note);
    assertEquals(1, note.lines().count(), note);
    assertFalse(Files.exists(folder.resolve("weights").resolve(FaceModel.YUNET.name())));
  }

  @Test
  void yunetIsFetchedOnce() throws Exception {
    for (int i = 0; i < 2; i++) {
      FaceDetectors.Choice choice = choose(file(MODEL), cache());
      try (FaceDetector detector = choice.detector()) {
        assertInstanceOf(YuNet.class, detector);
      }
      assertTrue(choice.note().isEmpty());
      assertEquals(-1, Files.mismatch(MODEL, choice.model().orElseThrow()));
    }
    assertEquals(1, requests.get());
    assertTrue(Files.exists(folder.resolve("weights").resolve(FaceModel.YUNET.name())));
  }

  /** The test's edition is not the one whose hash is known. */
  @Test
  void anotherFileIsNotTaken() throws Exception {
    assertIsCascade("229738 bytes", choose(FaceModel.YUNET, cache()));
    byte[] bytes = Files.readAllBytes(MODEL);
    String other = "0".repeat(64);
    assertIsCascade("SHA-256", choose(FaceModel.YUNET.expecting(bytes.length, other), cache()));
  }

  @Test
  void withoutTheFileTheCascadeFindsFaces() throws Exception {
    status = 404;
    assertIsCascade("404", choose(file(MODEL), cache()));
    assertIsCascade("offline", choose(file(MODEL), cache().withOffline(true)));
    server.stop(0);
    assertIsCascade("cannot fetch", choose(file(MODEL), cache()));
  }

  @Test
  void aGivenFileThatIsNoModelIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("model.onnx"), "no model");
    IOException e =
        assertThrows(
            IOException.class,
            () -> FaceDetectors.choose(Optional.of(text), cache(), Download.Progress.NONE));
    assertTrue(e.getMessage().contains("model.onnx"), e.getMessage());
    assertEquals(0, requests.get());
  }
}
