/**
 * Networks by timm's names as DL4J graphs of DL4J's own layers, and how their parameters are named
 * in a state dict.
 */
package io.dmyt.backbone;
