/** Files that {@code torch.save} writes, read without executing anything that is in them. */
@NullMarked
package io.dmyt.checkpoint.pytorch;

import org.jspecify.annotations.NullMarked;
