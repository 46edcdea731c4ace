package io.dmyt;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * Where a detector comes from.
 *
 * @param library the version of the library that trained it
 * @param created when it was saved, in UTC, ISO 8601
 * @param seed of initial weights and of the order of images
 * @param data identifies the training data, see {@code ImageFolder.fingerprint()}
 * @param images how many training images of each class there were
 * @param options everything else that was asked for, by name
 * @param result what training reached, by name
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Provenance(
    String library,
    String created,
    Long seed,
    String data,
    Map<String, Integer> images,
    Map<String, Object> options,
    Map<String, Object> result) {}
