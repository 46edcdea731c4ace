package io.dmyt.backbone;

/** What vision transformers differ in beside their sizes; a word of their table each. */
enum Trait {
  /** What layer normalisations add to the variance; 1e-6 if it isn't said. */
  EPS,
  /** A normalisation before the blocks, and no biases of the patches. */
  PRE_NORM,
  /** Queries, keys and values without biases. */
  NO_QKV_BIAS,
  /** Biases of queries and values alone, under names of their own. */
  NO_KEY_BIAS,
  /** Queries, keys and values by maps of their own, the keys' without biases. */
  SPLIT_QKV,
  /** What the heads attended to is normalised before it is projected. */
  ATTENTION_NORM,
  /** Each part of a block is normalised behind it, not before it. */
  POST_NORM,
  /** {@code x · sigmoid(1.702 x)} instead of GELU. */
  QUICK_GELU,
  /** GELU by the hyperbolic tangent. */
  TANH_GELU,
  /** MLPs with a gate: {@code SiLU(x W₁) ⊙ x W₂}, both maps in one. */
  SWIGLU,
  /** The same in two maps. */
  SPLIT_SWIGLU,
  /** A gated MLP's features are normalised before its last map. */
  MLP_NORM,
  /** Learned factors of what a block adds, and what they start at. */
  LAYER_SCALE,
  /** The same, named as EVA has them. */
  GAMMA,
  /** Heads are mixed before and behind the softmax. */
  TALKING_HEADS,
  /** No class token. */
  NO_CLASS_TOKEN,
  /** So many learned tokens that stand for nothing. */
  REGISTERS,
  /** Positions are learned of patches alone, not of the tokens before them. */
  PATCH_POSITIONS,
  /** No learned positions. */
  NO_POSITIONS,
  /** Rotary positions of frequencies down to one over so much. */
  ROPE,
  /** The side of the map that rotary positions are counted on, whatever the image's size. */
  ROPE_GRID,
  /** Added to each rotary position. */
  ROPE_OFFSET,
  /** The column's rotary positions come before the row's. */
  ROPE_XY,
  /** Rotary positions as DINOv3 has them. */
  ROPE_HALVES,
  /** A distillation token; the embedding is its mean with the class token. */
  DISTILLED,
  /**
   * As timm 0.4.9 had it: distilled ones' embedding is the class token alone in training, and class
   * tokens start as wide as positions.
   */
  V0_4_9,
  /** The embedding is the patches' mean. */
  MEAN,
  /** The embedding is what a learned query attends to. */
  ATTENTION_POOL,
  /** The attention's query sees the tokens before the patches too. */
  POOL_ALL,
  /** So many heads of that attention, and an MLP of four times the features behind it. */
  POOL_HEADS,
  /** The last normalisation is the embedding's, not the tokens'. */
  NORM_AFTER_POOL,
  /** No last normalisation. */
  NO_NORM,
  /** The embedding is divided by its length. */
  UNIT_LENGTH
}
