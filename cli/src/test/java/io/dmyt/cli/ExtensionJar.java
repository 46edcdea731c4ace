package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The documentation's extensions, compiled into a jar of their own. */
final class ExtensionJar {
  /** By the interface that makes a service of it, the class that implements it. */
  private static final Map<String, String> SERVICES =
      Map.of(
          "io.dmyt.LossKind", "org.example.SquaredDistance",
          "io.dmyt.RuleKind", "org.example.NearestMean",
          "io.dmyt.backbone.BackboneFamily", "org.example.AlexNet");

  private ExtensionJar() {}

  /**
   * Compiles and packs them.
   *
   * @param sources the folder of the sources' packages
   * @param services whether the jar registers them
   */
  static Path make(Path sources, Path folder, boolean services) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<String> files;
    try (Stream<Path> found = Files.walk(sources)) {
      files = found.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().toList();
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    String[] options = {"-d", classes.toString(), "-cp", System.getProperty("java.class.path")};
    String[] arguments = Stream.concat(Stream.of(options), files.stream()).toArray(String[]::new);
    int code = ToolProvider.getSystemJavaCompiler().run(null, said, said, arguments);
    assertEquals(0, code, said.toString(StandardCharsets.UTF_8));
    Path jar = folder.resolve(services ? "services.jar" : "plain.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> found = Files.walk(classes)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        String name = classes.relativize(file).toString().replace('\\', '/');
        write(entries, name, Files.readAllBytes(file));
      }
      if (services) {
        for (Map.Entry<String, String> service : SERVICES.entrySet()) {
          byte[] line = (service.getValue() + "\n").getBytes(StandardCharsets.UTF_8);
          write(entries, "META-INF/services/" + service.getKey(), line);
        }
      }
    }
    return jar;
  }

  private static void write(JarOutputStream jar, String name, byte[] bytes) throws IOException {
    jar.putNextEntry(new JarEntry(name));
    jar.write(bytes);
    jar.closeEntry();
  }
}
