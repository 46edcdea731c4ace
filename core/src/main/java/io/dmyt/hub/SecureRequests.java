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

/**
 * Requests that follow redirects, though never away from HTTPS.
 *
 * @param client that follows none itself
 * @param timeout until an answer begins
 */
record SecureRequests(HttpClient client, Duration timeout) {
  private static final int REDIRECTS = 5;
  private static final Set<Integer> REDIRECTED = Set.of(301, 302, 303, 307, 308);

  /**
   * Asks for a file, or for what is missing of it.
   *
   * @param have bytes that are here
   * @param tag of the version that they are of; there if there are some
   */
  HttpResponse<InputStream> get(URI first, long have, Optional<String> tag)
      throws IOException, InterruptedException {
    URI url = first;
    for (int i = 0; i <= REDIRECTS; i++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url).timeout(timeout).header("Accept-Encoding", "identity");
      if (have > 0) {
        request.header("Range", "bytes=" + have + "-").header("If-Range", tag.orElseThrow());
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      if (!REDIRECTED.contains(response.statusCode())) {
        return response;
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
}
