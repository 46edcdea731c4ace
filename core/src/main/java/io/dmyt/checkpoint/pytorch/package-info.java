/** Files that {@code torch.save} writes, read without executing anything that is in them. */
package io.dmyt.checkpoint.pytorch;
