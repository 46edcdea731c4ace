package io.dmyt.hub;

import io.dmyt.internal.Quoted;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file on a server, and what is known of it beforehand.
 *
 * @param url where; HTTPS, or HTTP on the loopback interface
 * @param name of the file in the cache folder, without folders
 * @param size in bytes, if known
 * @param sha256 the first hexadecimal digits of its SHA-256, in small letters, if known; all 64 or
 *     fewer
 */
public record RemoteFile(URI url, String name, OptionalLong size, Optional<String> sha256) {
  // torch.hub's convention: resnet50-0676ba61.pth.
  private static final Pattern HASHED = Pattern.compile("-([0-9a-f]{8,64})\\.[A-Za-z0-9]+$");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{8,64}");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}");

  /**
   * @throws IllegalArgumentException if the address is neither HTTPS nor local, the name isn't a
   *     plain one, the size is negative, or the hash isn't 8 to 64 hexadecimal digits
   */
  public RemoteFile {
    Objects.requireNonNull(url, "url");
    requireSecure(url);
    if (!PLAIN.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "expected a plain file name of letters, digits and '._+-', found " + Quoted.of(name));
    }
    if (size.isPresent() && size.getAsLong() < 0) {
      throw new IllegalArgumentException("negative size: " + size.getAsLong());
    }
    sha256.ifPresent(
        hex -> {
          if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                "expected 8 to 64 small hexadecimal digits, found " + Quoted.of(hex));
          }
        });
  }

  /**
   * The file at a URL under its own last name, with the hash that torch.hub's convention puts
   * there, as in {@code resnet50-0676ba61.pth}.
   *
   * @throws IllegalArgumentException if the URL is none that may be fetched, or ends in no name
   */
  public static RemoteFile of(String url) {
    URI uri = URI.create(url);
    String path = Objects.requireNonNullElse(uri.getPath(), "");
    String name = path.substring(path.lastIndexOf('/') + 1);
    Matcher hash = HASHED.matcher(name);
    return new RemoteFile(
        uri,
        name,
        OptionalLong.empty(),
        hash.find() ? Optional.of(hash.group(1)) : Optional.empty());
  }

  /**
   * The same file on a mirror that keeps files by their names.
   *
   * @param base the address of the mirror's folder
   * @throws IllegalArgumentException if it is none that may be fetched from
   */
  public RemoteFile on(String base) {
    return new RemoteFile(
        URI.create(base.endsWith("/") ? base + name : base + "/" + name), name, size, sha256);
  }

  /** The same, with its size and SHA-256 known. */
  public RemoteFile expecting(long size, String sha256) {
    return new RemoteFile(url, name, OptionalLong.of(size), Optional.of(sha256));
  }

  /** Throws IllegalArgumentException unless the URL is HTTPS, or HTTP on the loopback interface. */
  static void requireSecure(URI url) {
    String scheme = Objects.requireNonNullElse(url.getScheme(), "").toLowerCase(Locale.ROOT);
    boolean allowed = scheme.equals("https") || (scheme.equals("http") && isLoopback(url));
    if (!allowed || url.getHost() == null) {
      throw new IllegalArgumentException(
          "expected an https:// address, found " + Quoted.of(url.toString()));
    }
  }

  /** Names are not resolved, but for localhost: only a literal address is sure to stay here. */
  private static boolean isLoopback(URI url) {
    String host = Objects.requireNonNullElse(url.getHost(), "");
    try {
      boolean literal = host.equals("localhost") || host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]");
      return literal && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
