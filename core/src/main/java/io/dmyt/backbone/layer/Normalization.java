package io.dmyt.backbone.layer;

/** A layer that brings activations to mean 0 and variance 1, then scales and shifts them. */
public interface Normalization {}
