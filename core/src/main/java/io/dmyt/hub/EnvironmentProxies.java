package io.dmyt.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy that the environment names, as curl reads it: {@code HTTPS_PROXY}, {@code http_proxy}
 * and {@code NO_PROXY}, small letters first; where it names none, Java's own settings.
 */
final class EnvironmentProxies extends ProxySelector {
  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentProxies.class);

  private final Function<String, @Nullable String> environment;
  private final @Nullable ProxySelector otherwise;

  /**
   * @param otherwise asked where the environment is silent; may be null
   */
  EnvironmentProxies(
      Function<String, @Nullable String> environment, @Nullable ProxySelector otherwise) {
    this.environment = environment;
    this.otherwise = otherwise;
  }

  @Override
  public List<Proxy> select(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (isExempt(uri)) {
      return List.of(Proxy.NO_PROXY);
    }
    // HTTP_PROXY in capitals is left alone, as curl does: CGI scripts get it from a client.
    String proxy = variable(scheme + "_proxy", scheme.equals("https") ? "HTTPS_PROXY" : null);
    if (proxy != null) {
      try {
        URI address = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
        if (address.getHost() != null) {
          int port = address.getPort() < 0 ? 80 : address.getPort();
          InetSocketAddress at = InetSocketAddress.createUnresolved(address.getHost(), port);
          return List.of(new Proxy(Proxy.Type.HTTP, at));
        }
      } catch (IllegalArgumentException e) {
        LOG.debug("not an address", e);
      }
      LOG.warn("The environment's {} proxy is not an address and is not used", scheme);
    }
    return otherwise == null ? List.of(Proxy.NO_PROXY) : otherwise.select(uri);
  }

  private boolean isExempt(URI uri) {
    String exempt = variable("no_proxy", "NO_PROXY");
    if (exempt == null || uri.getHost() == null) {
      return false;
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    for (String entry : exempt.toLowerCase(Locale.ROOT).split("[,\\s]+", -1)) {
      String domain = entry.startsWith(".") ? entry.substring(1) : entry;
      boolean matches = host.equals(domain) || host.endsWith("." + domain);
      if (entry.equals("*") || (!domain.isEmpty() && matches)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String variable(String name, @Nullable String otherwiseNamed) {
    String value = environment.apply(name);
    if (value == null && otherwiseNamed != null) {
      value = environment.apply(otherwiseNamed);
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    if (otherwise != null) {
      otherwise.connectFailed(uri, address, e);
    }
  }
}
