package io.dmyt.benchmarks;

/**
 * What all sides are timed at.
 *
 * @param network timm's name
 * @param size height and width of the images
 * @param batch images in a step
 * @param task inference or training step
 */
record Job(String network, int size, int batch, Task task) {}
