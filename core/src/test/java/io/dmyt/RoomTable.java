package io.dmyt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of CONTRIBUTING.md: which package is a room on which floor. */
record RoomTable(List<Room> rooms) {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| *(-?\\d+) *\\| *`(io\\.dmyt[\\w.]*)`([^|]*)\\|.*\\|$");
  private static final Pattern SUB_PACKAGE = Pattern.compile("`(\\.[\\w.]+)`");

  /**
   * A package with its sub-packages.
   *
   * @param packages the room's own package, then its sub-packages
   */
  record Room(int floor, List<String> packages) {
    boolean mayUse(Room other) {
      return equals(other) || floor > other.floor;
    }

    @Override
    public String toString() {
      return packages.get(0) + " (floor " + floor + ")";
    }
  }

  static RoomTable parse(String markdown) {
    List<Room> rooms = new ArrayList<>();
    Matcher row = ROW.matcher(markdown);
    while (row.find()) {
      List<String> packages = new ArrayList<>(List.of(row.group(2)));
      Matcher sub = SUB_PACKAGE.matcher(row.group(3));
      while (sub.find()) {
        packages.add(row.group(2) + sub.group(1));
      }
      rooms.add(new Room(Integer.parseInt(row.group(1)), packages));
    }
    rooms.sort(Comparator.comparingInt(Room::floor));
    return new RoomTable(rooms);
  }

  /** The room that a package belongs to; empty if the table does not have it. */
  Optional<Room> of(String packageName) {
    return rooms.stream().filter(r -> r.packages().contains(packageName)).findFirst();
  }
}
