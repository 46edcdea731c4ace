package io.dmyt;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The images that a calibration or an SVM was fitted to.
 *
 * @param created when, in UTC, ISO 8601
 * @param split the part of the data set, such as {@code valid}
 * @param data identifies that part, see {@code ImageFolder.fingerprint()}
 * @param images how many images of each class were taken, in order
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FittingData(String created, String split, String data, Map<String, Integer> images) {
  public FittingData {
    images = images == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(images));
  }
}
