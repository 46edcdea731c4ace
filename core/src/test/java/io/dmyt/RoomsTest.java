package io.dmyt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.pytorch.PyTorchFile;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.FileByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code keeps to the table of rooms in CONTRIBUTING.md. */
class RoomsTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .importUrl(Detector.class.getProtectionDomain().getCodeSource().getLocation());

  /** Public for a neighbouring package of ours, which hands over what it has opened. */
  private static final Set<String> BETWEEN_ROOMS =
      Set.of("io.dmyt.backbone.SavedGraph.open", "io.dmyt.checkpoint.Tensor.<init>");

  private static String contributing() throws IOException {
    return Files.readString(Path.of("..", "CONTRIBUTING.md"));
  }

  private static void check(RoomTable table) {
    classes().should(keepTo(table)).check(CORE);
  }

  @Test
  void arrowsPointDown() throws IOException {
    check(RoomTable.parse(contributing()));
  }

  @Test
  void anArrowThatPointsUpIsFound() throws IOException {
    String turned =
        contributing().replaceFirst("\\| 1 \\| `io.dmyt.backbone`", "| 3 | `io.dmyt.backbone`");
    AssertionError error = assertThrows(AssertionError.class, () -> check(RoomTable.parse(turned)));
    assertTrue(
        error.getMessage().contains("io.dmyt (floor 2) uses io.dmyt.backbone (floor 3)"),
        error.getMessage());
  }

  @Test
  void neighboursThatKnowEachOtherAreFound() throws IOException {
    String level =
        contributing().replaceFirst("\\| 1 \\| `io.dmyt.backbone`", "| 2 | `io.dmyt.backbone`");
    AssertionError error = assertThrows(AssertionError.class, () -> check(RoomTable.parse(level)));
    assertTrue(
        error.getMessage().contains("io.dmyt (floor 2) uses io.dmyt.backbone (floor 2)"),
        error.getMessage());
  }

  @Test
  void aPackageWithoutARoomIsFound() throws IOException {
    String without = contributing().replace(", `.report`", "");
    AssertionError error =
        assertThrows(AssertionError.class, () -> check(RoomTable.parse(without)));
    assertTrue(
        error.getMessage().contains("io.dmyt.evaluation.report has no room"), error.getMessage());
  }

  @Test
  void theTableIsReadWhole() throws IOException {
    RoomTable table = RoomTable.parse(contributing());
    assertEquals(
        contributing().lines().filter(l -> l.matches("\\| *-?\\d.*")).count(),
        table.rooms().size());
    assertEquals(-1, table.of("io.dmyt.internal").orElseThrow().floor());
    assertEquals(table.of("io.dmyt.checkpoint"), table.of("io.dmyt.checkpoint.pytorch"));
  }

  /** A link that leads nowhere helps nobody. */
  @Test
  void whatContributingPointsToExists() throws IOException {
    Matcher link = Pattern.compile("\\[[^]]*]\\(([^):]+)\\)").matcher(contributing());
    int links = 0;
    while (link.find()) {
      assertTrue(Files.exists(Path.of("..", link.group(1))), link.group(1));
      links++;
    }
    assertTrue(links > 4, "links: " + links);
  }

  @Test
  void noEngineIsKnownOutsideOfTheirPackages() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.dmyt.engine..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.dmyt.engine.onednn..", "io.dmyt.engine.cuda..")
        .check(CORE);
  }

  @Test
  void noFileIsDeserialised() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java[.]io[.]ObjectInput.*")
        .check(CORE);
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.deeplearning4j.util.ModelSerializer")
        .check(CORE);
  }

  /** What isn't meant for others can change; so no signature that others see mentions it. */
  @Test
  void thePublicApiMentionsNothingInternal() {
    classes()
        .that()
        .arePublic()
        .and()
        .resideOutsideOfPackage("io.dmyt.internal..")
        .should(mentionNothingInternal())
        .check(CORE);
  }

  @Test
  void aSignatureThatMentionsSomethingInternalIsFound() {
    JavaClasses own = new ClassFileImporter().importClasses(Leaky.class);
    AssertionError error =
        assertThrows(
            AssertionError.class, () -> classes().should(mentionNothingInternal()).check(own));
    assertTrue(error.getMessage().contains("FileByteSource"), error.getMessage());
  }

  /** Shows in public what nobody outside should see. */
  public static final class Leaky {
    private Leaky() {}

    /** A list of them. */
    public static List<FileByteSource> files() {
      return List.of();
    }
  }

  private static ArchCondition<JavaClass> mentionNothingInternal() {
    return new ArchCondition<>("mention nothing of io.dmyt.internal in public") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        for (JavaMember member : item.getMembers()) {
          boolean seen =
              member.getModifiers().contains(JavaModifier.PUBLIC)
                  || member.getModifiers().contains(JavaModifier.PROTECTED);
          if (seen && !BETWEEN_ROOMS.contains(item.getName() + "." + member.getName())) {
            types(member)
                .filter(type -> type.getPackageName().startsWith("io.dmyt.internal"))
                .forEach(
                    type ->
                        events.add(
                            SimpleConditionEvent.violated(
                                member, member.getFullName() + " shows " + type.getName())));
          }
        }
      }

      private Stream<JavaClass> types(JavaMember member) {
        Stream<JavaType> types =
            member instanceof JavaCodeUnit code
                ? Stream.concat(Stream.of(code.getReturnType()), code.getParameterTypes().stream())
                : Stream.of(((JavaField) member).getType());
        return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
      }
    };
  }

  @Test
  void packagesMakeNoCycles() {
    // A checkpoint is opened by its content: one class has to know the formats, which know tensors.
    slices()
        .matching("io.dmyt.(**)")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(Checkpoints.class, PyTorchFile.class)
        .ignoreDependency(Checkpoints.class, SafeTensors.class)
        .check(CORE);
  }

  private static ArchCondition<JavaClass> keepTo(RoomTable table) {
    return new ArchCondition<>("keep to the table of rooms in CONTRIBUTING.md") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        table
            .of(item.getPackageName())
            .ifPresentOrElse(
                room -> item.getDirectDependenciesFromSelf().forEach(d -> check(room, d, events)),
                () ->
                    events.add(
                        SimpleConditionEvent.violated(
                            item, item.getPackageName() + " has no room in CONTRIBUTING.md")));
      }

      private void check(RoomTable.Room room, Dependency dependency, ConditionEvents events) {
        table
            .of(dependency.getTargetClass().getBaseComponentType().getPackageName())
            .filter(other -> !room.mayUse(other))
            .ifPresent(
                other ->
                    events.add(
                        SimpleConditionEvent.violated(
                            dependency,
                            room + " uses " + other + ": " + dependency.getDescription())));
      }
    };
  }
}
