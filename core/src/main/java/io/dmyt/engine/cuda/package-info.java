/**
 * Runs DL4J's graphs on an NVIDIA GPU: convolutions by cuDNN, and what lies between as kernels that
 * are generated from the program and compiled by NVRTC.
 *
 * <p>Values are stored channels last. A program's launches are captured as CUDA graphs, one for the
 * way forward and one for the way back, and all of its values lie in one block of device memory.
 */
@NullMarked
package io.dmyt.engine.cuda;

import org.jspecify.annotations.NullMarked;
