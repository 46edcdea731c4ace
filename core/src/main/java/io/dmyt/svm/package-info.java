/**
 * Support vector machines over embeddings: fitted as scikit-learn's {@code SVC()} ({@link
 * io.dmyt.svm.EmbeddingSvm#fit}), taken apart and put together again to be stored ({@link
 * io.dmyt.svm.SupportVectors}), with the gradient that an explanation needs.
 *
 * <p>Nothing here knows of networks or files.
 */
@NullMarked
package io.dmyt.svm;

import org.jspecify.annotations.NullMarked;
