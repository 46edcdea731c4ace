package io.dmyt.evaluation.report;

import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The parts that every page has. */
final class Html {
  private Html() {}

  /** Text as HTML. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** A JPEG file as an image element. */
  static String jpeg(byte[] file, String description) {
    return "<img alt=\""
        + escape(description)
        + "\" src=\"data:image/jpeg;base64,"
        + Base64.getEncoder().encodeToString(file)
        + "\">";
  }

  /** A whole page around a body. */
  static String page(String title, String body) {
    return Text.format(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <main>
        %s</main>
        </body>
        </html>
        """,
        escape(title), styles(), body);
  }

  private static String styles() {
    try (InputStream css = Html.class.getResourceAsStream("report.css")) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
