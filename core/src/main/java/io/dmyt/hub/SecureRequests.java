package io.dmyt.hub;

import io.dmyt.internal.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests that follow redirects, though never away from HTTPS.
 *
 * @param client that follows none itself
 * @param timeout until an answer begins
 */
record SecureRequests(HttpClient client, Duration timeout) {
  private static final int REDIRECTS = 5;
  private static final Set<Integer> REDIRECTED = Set.of(301, 302, 303, 307, 308);
  private static final Pattern SHA256 = Pattern.compile("\"?([0-9a-f]{64})\"?");

  /**
   * What a server answered.
   *
   * @param sha256 of the whole file, if the server that redirected to its storage announced it, as
   *     huggingface.co does of large files
   */
  record Answer(HttpResponse<InputStream> response, Optional<String> sha256) {}

  /**
   * Asks for a file, or for what is missing of it.
   *
   * @param have bytes that are here
   * @param tag of the version that they are of; there if there are some
   */
  Answer get(URI first, long have, Optional<String> tag) throws IOException, InterruptedException {
    URI url = first;
    Optional<String> sha256 = Optional.empty();
    for (int i = 0; i <= REDIRECTS; i++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url).timeout(timeout).header("Accept-Encoding", "identity");
      if (have > 0) {
        request.header("Range", "bytes=" + have + "-").header("If-Range", tag.orElseThrow());
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      sha256 = sha256.or(() -> announced(response));
      if (!REDIRECTED.contains(response.statusCode())) {
        return new Answer(response, sha256);
      }
      response.body().close();
      String location = response.headers().firstValue("location").orElse("");
      URI next;
      try {
        next = url.resolve(location);
        RemoteFile.requireSecure(next);
      } catch (IllegalArgumentException e) {
        throw new IOException("refused a redirect: " + e.getMessage(), e);
      }
      if (location.isEmpty()
          || ("https".equalsIgnoreCase(url.getScheme()) && !"https".equals(next.getScheme()))) {
        throw new IOException("refused a redirect to " + Quoted.of(location));
      }
      url = next;
    }
    throw new IOException("more than " + REDIRECTS + " redirects");
  }

  private static Optional<String> announced(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("x-linked-etag")
        .map(SHA256::matcher)
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1));
  }
}
