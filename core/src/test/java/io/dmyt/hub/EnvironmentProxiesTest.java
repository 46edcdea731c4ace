package io.dmyt.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentProxiesTest {
  private static final Proxy JAVAS = proxy("java.example", 1);

  private static Proxy proxy(String host, int port) {
    return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
  }

  private static List<Proxy> select(String url, Map<String, String> environment) {
    ProxySelector javas = ProxySelector.of((InetSocketAddress) JAVAS.address());
    return new EnvironmentProxies(environment::get, javas).select(URI.create(url));
  }

  @ParameterizedTest
  @CsvSource({
    "HTTPS_PROXY, http://p.example:3128, https, 3128",
    "https_proxy, p.example:8080, https, 8080",
    "https_proxy, http://user:secret@p.example, https, 80",
    "http_proxy, http://p.example:3128/, http, 3128"
  })
  void variablesAreRead(String name, String value, String scheme, int port) {
    assertEquals(
        List.of(proxy("p.example", port)), select(scheme + "://host/x", Map.of(name, value)));
  }

  @Test
  void javasSettingsStandInWhereTheEnvironmentIsSilent() {
    assertEquals(
        select("https://host/", Map.of()), select("https://host/", Map.of("https_proxy", "")));
    assertEquals(
        select("https://host/", Map.of()), select("https://host/", Map.of("https_proxy", "::::")));
    assertEquals(
        select("http://host/", Map.of()),
        select("http://host/", Map.of("HTTP_PROXY", "http://p.example:1")));
    assertEquals(Proxy.Type.HTTP, select("https://host/", Map.of()).get(0).type());
  }

  @ParameterizedTest
  @CsvSource({
    "host.example, true", ".example, true", "example, true", "'a,  host.example', true",
    "*, true", "ample, false", "other, false", "',', false"
  })
  void exemptHostsAreReachedDirectly(String exempt, boolean direct) {
    Map<String, String> environment = Map.of("https_proxy", "p.example:1", "NO_PROXY", exempt);
    assertEquals(
        direct ? List.of(Proxy.NO_PROXY) : List.of(proxy("p.example", 1)),
        select("https://host.example/", environment));
  }
}
