/** The safetensors format, read and written. */
package io.dmyt.checkpoint.safetensors;
