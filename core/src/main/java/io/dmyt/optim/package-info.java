/**
 * Optimisers over the flat parameters of a DL4J network: PyTorch's AdamW, and DL4J's Adam in one
 * pass.
 */
package io.dmyt.optim;
