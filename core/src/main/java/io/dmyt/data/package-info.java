/**
 * From a folder of images to batches: finding files and classes, decoding, resizing, normalising.
 *
 * <ul>
 *   <li>{@link io.dmyt.data.ImageFolders} is a data set with its splits, {@link
 *       io.dmyt.data.ImageFolder} one split: classes, files, counts, fingerprint;
 *   <li>{@link io.dmyt.data.ImageFolderIterator} turns it into DL4J's {@code DataSet}s, decoding by
 *       several threads ahead of whoever trains on them;
 *   <li>{@link io.dmyt.data.ImageDecoder} reads single images, {@link io.dmyt.data.Preprocessing}
 *       says how pixels become a network's input.
 * </ul>
 *
 * <pre>{@code
 * ImageFolders data = ImageFolders.scan(Path.of("dataset"), Split.TRAIN, Split.VALID);
 * LoaderOptions options = LoaderOptions.training(Preprocessing.imageNet(299)).withSeed(7);
 * try (var batches = new ImageFolderIterator(data.get(Split.TRAIN), options)) {
 *   graph.fit(batches, 10);
 * }
 * }</pre>
 *
 * <p>Pixels equal those of PIL's {@code convert("RGB").resize((s, s), BILINEAR)}, bit for bit but
 * for JPEG decoders that differ in themselves.
 */
@NullMarked
package io.dmyt.data;

import org.jspecify.annotations.NullMarked;
