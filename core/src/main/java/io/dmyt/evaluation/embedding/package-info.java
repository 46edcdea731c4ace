/** Embeddings of labelled images: computed, cached and written. */
@NullMarked
package io.dmyt.evaluation.embedding;

import org.jspecify.annotations.NullMarked;
