/**
 * Optimisers over the flat parameters of a DL4J network: PyTorch's AdamW, and DL4J's Adam in one
 * pass.
 */
@NullMarked
package io.dmyt.optim;

import org.jspecify.annotations.NullMarked;
