/** The safetensors format, read and written. */
@NullMarked
package io.dmyt.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
