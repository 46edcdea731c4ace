/** Embeddings of labelled images: computed, cached and written. */
package io.dmyt.evaluation.embedding;
