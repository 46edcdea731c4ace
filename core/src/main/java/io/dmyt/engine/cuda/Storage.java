package io.dmyt.engine.cuda;

/** A stretch of device memory that tensors lie in, for as long as steps need it. */
final class Storage {
  private final long bytes;
  private boolean fixed;
  private long address;
  private int first = Integer.MAX_VALUE;
  private int last = -1;

  private Storage(long bytes, boolean fixed, long address) {
    this.bytes = bytes;
    this.fixed = fixed;
    this.address = address;
  }

  /** Gets its place from an {@link Arena}. */
  static Storage planned(long bytes) {
    return new Storage(bytes, false, 0);
  }

  /** Lies where somebody else says. */
  static Storage fixed(long address, long bytes) {
    return new Storage(bytes, true, address);
  }

  long bytes() {
    return bytes;
  }

  boolean isFixed() {
    return fixed;
  }

  long address() {
    return address;
  }

  void at(long place) {
    address = place;
  }

  /** Says that it stays where it is. */
  void fix() {
    fixed = true;
  }

  /** Says that a step uses it. */
  void use(int step) {
    first = Math.min(first, step);
    last = Math.max(last, step);
  }

  boolean used() {
    return last >= 0;
  }

  int first() {
    return first;
  }

  int last() {
    return last;
  }
}
