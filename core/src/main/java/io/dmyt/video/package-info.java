/**
 * Frames of videos as samples, decoded by FFmpeg.
 *
 * <ul>
 *   <li>{@link io.dmyt.video.VideoReader} decodes a file from front to back and gives the frames
 *       that a {@link io.dmyt.video.FrameSelection} chooses, as a player shows them;
 *   <li>{@link io.dmyt.video.VideoRecordReader} gives them to DL4J's pipelines, as DataVec's
 *       records;
 *   <li>{@link io.dmyt.video.VideoWriter} makes a video of pictures.
 * </ul>
 *
 * <pre>{@code
 * try (VideoReader video = VideoReader.open(Path.of("clip.mp4"), FrameSelection.evenly(32))) {
 *   for (Optional<VideoFrame> f = video.next(); f.isPresent(); f = video.next()) {
 *     System.out.println(f.get().id());
 *   }
 * }
 * }</pre>
 */
@NullMarked
package io.dmyt.video;

import org.jspecify.annotations.NullMarked;
