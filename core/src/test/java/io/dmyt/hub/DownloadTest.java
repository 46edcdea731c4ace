package io.dmyt.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server on loopback that answers byte by byte what a test wrote down. */
class DownloadTest {
  private static final Duration STALL = Duration.ofMillis(700);
  private static final Download.Options OPTIONS =
      new Download.Options(false, 3, Duration.ofMillis(1), STALL);
  private static final byte[] FILE = new byte[200_000];

  static {
    new Random(5).nextBytes(FILE);
  }

  @TempDir Path folder;

  private Server server;

  /** One answer: raw bytes, then the connection is closed, or left open and silent. */
  private record Answer(byte[] bytes, boolean stalls) {}

  /** Answers each connection with the next answer; the last one again for all that follow. */
  private static final class Server implements AutoCloseable {
    final List<Map<String, String>> requests = Collections.synchronizedList(new ArrayList<>());
    final Queue<Answer> answers = new ArrayDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ServerSocket socket;

    Server() throws IOException {
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      start(this::accept);
    }

    private static void start(Runnable task) {
      Thread thread = new Thread(task, "test server");
      thread.setDaemon(true);
      thread.start();
    }

    String url(String path) {
      return "http://127.0.0.1:" + socket.getLocalPort() + path;
    }

    void answer(String status, Map<String, String> headers, byte[] body, boolean stalls) {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\nConnection: close\r\n");
      headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
      byte[] all = Arrays.copyOf(start, start.length + body.length);
      System.arraycopy(body, 0, all, start.length, body.length);
      answers.add(new Answer(all, stalls));
    }

    void answer(String status) {
      answer(status, Map.of("Content-Length", "0"), new byte[0], false);
    }

    void whole(byte[] body) {
      answer("200 OK", Map.of("Content-Length", "" + body.length), body, false);
    }

    /** The first bytes of the file under a tag. */
    void cut(String tag, int bytes, boolean stalls) {
      Map<String, String> headers = Map.of("Content-Length", "" + FILE.length, "ETag", tag);
      answer("200 OK", headers, Arrays.copyOf(FILE, bytes), stalls);
    }

    /** The rest of the file. */
    void rest(int from) {
      String range = "bytes " + from + "-" + (FILE.length - 1) + "/" + FILE.length;
      byte[] body = Arrays.copyOfRange(FILE, from, FILE.length);
      Map<String, String> headers =
          Map.of("Content-Length", "" + body.length, "Content-Range", range);
      answer("206 Partial Content", headers, body, false);
    }

    private void accept() {
      try {
        while (true) {
          Socket connection = socket.accept();
          start(() -> serve(connection));
        }
      } catch (IOException e) {
        // Closed: the test is over.
      }
    }

    private void serve(Socket connection) {
      try (connection) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
        Map<String, String> request = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.put("", in.readLine());
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
          int colon = line.indexOf(':');
          request.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        Answer answer;
        synchronized (this) {
          requests.add(request);
          answer = answers.size() > 1 ? answers.remove() : answers.element();
        }
        OutputStream out = connection.getOutputStream();
        out.write(answer.bytes());
        out.flush();
        if (answer.stalls()) {
          closed.await();
        }
      } catch (IOException e) {
        // The client has gone.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() throws IOException {
      closed.countDown();
      socket.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new Server();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private static String sha256() throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(FILE));
  }

  private RemoteFile remote() throws Exception {
    return RemoteFile.of(server.url("/x.pth")).expecting(FILE.length, sha256());
  }

  private static Download download() {
    return download(OPTIONS);
  }

  private static Download download(Download.Options options) {
    return new Download(
        options,
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            return List.of(Proxy.NO_PROXY);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException e) {}
        });
  }

  private Path fetch(RemoteFile remote) throws IOException {
    return download().fetch(remote, folder, Download.Progress.NONE);
  }

  private void assertFetched(RemoteFile remote) throws IOException {
    Path path = fetch(remote);
    assertEquals(folder.resolve(remote.name()), path);
    assertArrayEquals(FILE, Files.readAllBytes(path));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(path), files.toList(), "something was left beside the file");
    }
  }

  private String refusal(RemoteFile remote) {
    DownloadException e = assertThrows(DownloadException.class, () -> fetch(remote));
    String message = e.getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.startsWith("cannot fetch " + remote.name() + ": "), message);
    String advice =
        "; you can download "
            + remote.url()
            + " yourself and save it as "
            + folder.resolve(remote.name());
    assertTrue(message.endsWith(advice), message);
    assertFalse(Files.exists(folder.resolve(remote.name())), "a bad file took the good one's name");
    return message;
  }

  @Test
  void fetchesOnce() throws Exception {
    server.whole(FILE);
    List<Long> received = new ArrayList<>();
    Path path =
        download()
            .fetch(
                remote(),
                folder.resolve("new/folder"),
                (name, n, size) -> {
                  assertEquals("x.pth", name);
                  assertEquals(OptionalLong.of(FILE.length), size);
                  received.add(n);
                });
    assertArrayEquals(FILE, Files.readAllBytes(path));
    assertEquals(0, received.get(0));
    assertEquals(FILE.length, received.get(received.size() - 1));
    assertEquals(received.stream().sorted().toList(), received);
    download().fetch(remote(), folder.resolve("new/folder"), Download.Progress.NONE);
    assertEquals(1, server.requests.size());
  }

  @Test
  void offlineTakesWhatIsThereAndTouchesNothing() throws Exception {
    server.whole(FILE);
    Download offline = download(OPTIONS.withOffline(true));
    String message =
        assertThrows(
                DownloadException.class,
                () -> offline.fetch(remote(), folder, Download.Progress.NONE))
            .getMessage();
    assertTrue(message.contains("offline"), message);
    assertEquals(List.of(), server.requests);
    Files.write(folder.resolve("x.pth"), FILE);
    assertEquals(folder.resolve("x.pth"), offline.fetch(remote(), folder, Download.Progress.NONE));
  }

  @Test
  void unwritableFolderIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "kept");
    RemoteFile remote = remote();
    String message =
        assertThrows(
                DownloadException.class,
                () -> download().fetch(remote, file.resolve("weights"), Download.Progress.NONE))
            .getMessage();
    assertTrue(message.startsWith("cannot fetch x.pth: " + file), message);
    assertFalse(message.contains("Exception"), message);
    assertEquals("kept", Files.readString(file));
  }

  @Test
  void fileOfAnotherSizeIsNotTaken() throws Exception {
    Path path = Files.write(folder.resolve("x.pth"), new byte[3]);
    DownloadException e = assertThrows(DownloadException.class, () -> fetch(remote()));
    assertTrue(e.getMessage().contains("3 bytes long, expected 200000"), e.getMessage());
    assertEquals(3, Files.size(path));
  }

  @Test
  void brokenTransferIsResumed() throws Exception {
    server.cut("\"v1\"", 70_000, false);
    server.rest(70_000);
    assertFetched(remote());
    assertEquals("bytes=70000-", server.requests.get(1).get("Range"));
    assertEquals("\"v1\"", server.requests.get(1).get("If-Range"));
  }

  @Test
  void anotherProcessResumes() throws Exception {
    server.cut("\"v1\"", 70_000, false);
    server.answer("404 Not Found");
    assertTrue(refusal(remote()).contains("HTTP status 404"));
    server.answers.clear();
    server.rest(70_000);
    assertFetched(remote());
    assertEquals("bytes=70000-", server.requests.get(2).get("Range"));
  }

  @Test
  void stalledTransferIsResumed() throws Exception {
    server.cut("\"v1\"", 70_000, true);
    server.rest(70_000);
    assertFetched(remote());
  }

  @Test
  void silentServerIsGivenUp() throws Exception {
    server.answers.add(new Answer(new byte[0], true));
    assertTrue(refusal(remote()).contains("no answer in time"));
    assertEquals(3, server.requests.size());
  }

  @Test
  void changedFileIsFetchedAnew() throws Exception {
    server.cut("\"v1\"", 70_000, false);
    server.whole(FILE);
    assertFetched(remote());
  }

  @Test
  void withoutAStrongTagNothingIsResumed() throws Exception {
    server.cut("W/\"v1\"", 70_000, false);
    server.whole(FILE);
    assertFetched(remote());
    assertFalse(server.requests.get(1).containsKey("Range"));
  }

  @Test
  void wrongRangeIsForgotten() throws Exception {
    server.cut("\"v1\"", 70_000, false);
    server.rest(80_000);
    server.whole(FILE);
    assertFetched(remote());
    assertFalse(server.requests.get(2).containsKey("Range"));
  }

  @Test
  void unsatisfiableRangeStartsAnew() throws Exception {
    server.cut("\"v1\"", 70_000, false);
    server.answer("416 Range Not Satisfiable");
    server.whole(FILE);
    assertFetched(remote());
  }

  @Test
  void truncatingServerIsGivenUp() throws Exception {
    server.cut("\"v1\"", 70_000, false);
    assertTrue(refusal(remote()).contains("the connection"));
    assertEquals(3, server.requests.size());
  }

  @Test
  void lyingLengthsAreRefused() throws Exception {
    server.whole(Arrays.copyOf(FILE, FILE.length - 1));
    assertTrue(refusal(remote()).contains("the server has 199999 bytes, expected 200000"));
    server.answers.clear();
    // No length at all, and more than was promised elsewhere.
    server.answer("200 OK", Map.of(), Arrays.copyOf(FILE, FILE.length + 1), false);
    assertTrue(refusal(remote()).contains("sent more than 200000 bytes"));
    server.answers.clear();
    server.answer("200 OK", Map.of(), FILE, false);
    assertFetched(remote());
  }

  @Test
  void wrongContentIsRefusedAndForgotten() throws Exception {
    byte[] other = FILE.clone();
    other[77] ^= 1;
    server.whole(other);
    assertTrue(refusal(remote()).contains("SHA-256 begins with"));
    server.answers.clear();
    server.whole(FILE);
    assertFetched(remote());
    assertFalse(server.requests.get(1).containsKey("Range"));
  }

  @Test
  void hashInTheNameIsChecked() throws Exception {
    server.whole(FILE);
    RemoteFile good = RemoteFile.of(server.url("/y-" + sha256().substring(0, 8) + ".pth"));
    assertArrayEquals(FILE, Files.readAllBytes(fetch(good)));
    assertTrue(refusal(RemoteFile.of(server.url("/z-00000000.pth"))).contains("expected 00000000"));
  }

  /** huggingface.co says it where it redirects to its storage. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hashThatTheServerAnnouncesIsChecked(boolean right) throws Exception {
    String hash = right ? sha256() : "0".repeat(64);
    Map<String, String> headers =
        Map.of("Location", "/other", "Content-Length", "0", "X-Linked-ETag", '"' + hash + '"');
    server.answer("302 Found", headers, new byte[0], false);
    server.whole(FILE);
    RemoteFile remote = RemoteFile.of(server.url("/model.safetensors"));
    if (right) {
      assertFetched(remote);
    } else {
      String refusal = refusal(remote);
      assertTrue(refusal.contains("SHA-256 begins with") && refusal.contains(hash), refusal);
    }
  }

  @Test
  void notFoundIsNotTriedAgain() throws Exception {
    server.answer("404 Not Found");
    assertTrue(refusal(remote()).contains("HTTP status 404"));
    assertEquals(1, server.requests.size());
  }

  @Test
  void unavailableServerIsTriedAgain() throws Exception {
    server.answer("503 Service Unavailable");
    server.answer("503 Service Unavailable");
    server.whole(FILE);
    assertFetched(remote());
  }

  @Test
  void unavailableServerIsGivenUpInTheEnd() throws Exception {
    server.answer("503 Service Unavailable");
    assertTrue(refusal(remote()).contains("HTTP status 503"));
    assertEquals(3, server.requests.size());
  }

  @Test
  void refusedConnectionIsSaid() throws Exception {
    RemoteFile remote = remote();
    server.close();
    assertTrue(refusal(remote).contains("ConnectException"));
  }

  @Test
  void redirectsAreFollowed() throws Exception {
    server.answer(
        "302 Found", Map.of("Location", "/other", "Content-Length", "0"), new byte[0], false);
    server.answer(
        "307 Temporary Redirect",
        Map.of("Location", server.url("/third"), "Content-Length", "0"),
        new byte[0],
        false);
    server.whole(FILE);
    assertFetched(remote());
    assertEquals("GET /third HTTP/1.1", server.requests.get(2).get(""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://example.com/x", "ftp://127.0.0.1/x", "file:///etc/passwd", ""})
  void insecureRedirectsAreRefused(String location) throws Exception {
    server.answer(
        "302 Found", Map.of("Location", location, "Content-Length", "0"), new byte[0], false);
    assertTrue(refusal(remote()).contains("refused a redirect"));
    assertEquals(1, server.requests.size());
  }

  @Test
  void endlessRedirectsAreRefused() throws Exception {
    server.answer(
        "302 Found", Map.of("Location", "/x.pth", "Content-Length", "0"), new byte[0], false);
    assertTrue(refusal(remote()).contains("more than 5 redirects"));
  }

  @Test
  void proxyIsAskedForTheFile() throws Exception {
    server.whole(FILE);
    URI proxy = URI.create(server.url("/"));
    Download download =
        new Download(
            OPTIONS, ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())));
    RemoteFile remote =
        new RemoteFile(
            URI.create("http://127.0.0.1:9/x.pth"),
            "x.pth",
            OptionalLong.empty(),
            Optional.empty());
    assertArrayEquals(
        FILE, Files.readAllBytes(download.fetch(remote, folder, Download.Progress.NONE)));
    assertEquals("GET http://127.0.0.1:9/x.pth HTTP/1.1", server.requests.get(0).get(""));
  }

  @Test
  void secondDownloadOfTheSameFileIsRefused() throws Exception {
    server.cut("\"v1\"", 70_000, true);
    server.rest(70_000);
    RemoteFile remote = remote();
    List<DownloadException> refused = new ArrayList<>();
    Path path =
        download()
            .fetch(
                remote,
                folder,
                (name, received, size) -> {
                  if (received == 0) {
                    refused.add(assertThrows(DownloadException.class, () -> fetch(remote)));
                  }
                });
    assertEquals(1, refused.size());
    assertTrue(refused.get(0).getMessage().contains("another download of it is under way"));
    assertArrayEquals(FILE, Files.readAllBytes(path));
  }

  @Test
  void onlySecureUrlsAndPlainNamesAreTaken() {
    for (String url :
        new String[] {
          "http://example.com/a.pth",
          "ftp://example.com/a.pth",
          "https://example.com/",
          "https://example.com/..",
          "/a.pth",
          "https:///a.pth",
          "http://10.0.0.1/a.pth"
        }) {
      assertThrows(IllegalArgumentException.class, () -> RemoteFile.of(url), url);
    }
    RemoteFile file = RemoteFile.of("https://example.com/a/resnet50-0676ba61.pth?x=1");
    assertEquals("resnet50-0676ba61.pth", file.name());
    assertEquals(Optional.of("0676ba61"), file.sha256());
    assertEquals(Optional.empty(), RemoteFile.of("https://example.com/a-b.pth").sha256());
    assertThrows(IllegalArgumentException.class, () -> file.expecting(-1, "0676ba61"));
    assertThrows(IllegalArgumentException.class, () -> file.expecting(1, "no hash"));
  }
}
