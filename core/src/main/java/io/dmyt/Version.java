package io.dmyt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The library's version, as recorded in every detector that it saves. */
public final class Version {
  private static final Properties PROPERTIES = read();

  private Version() {}

  /** The version of the library that runs, for example {@code 0.1.0}. */
  public static String current() {
    return PROPERTIES.getProperty("version");
  }

  /** The version of DL4J and ND4J that it was built with. */
  public static String dl4j() {
    return PROPERTIES.getProperty("dl4j");
  }

  private static Properties read() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
