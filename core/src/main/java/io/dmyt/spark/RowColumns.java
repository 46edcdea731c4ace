package io.dmyt.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where in a row its file is. Rows don't always know their columns' names.
 *
 * @param path the column with the file's path, from 0
 * @param content the column with its bytes; -1 where the path is opened
 */
record RowColumns(int path, int content) implements Serializable {
  String path(Row row) {
    String value = row.getString(path);
    return value == null ? "" : value;
  }

  byte @Nullable [] content(Row row) {
    return content < 0 ? null : row.getAs(content);
  }

  /** The row without its content, and with what was found out. */
  Row joined(Row row, List<? extends @Nullable Object> before, @Nullable Object... result) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      if (i != content) {
        values.add(row.get(i));
      }
    }
    values.addAll(before);
    values.addAll(Arrays.asList(result));
    return RowFactory.create(values.toArray());
  }
}
