/**
 * Collects everything that goes out in one round trip, so that it is one write. The memory is
 * used again for the next round trip, unless the kernel has not taken the last one yet.
 */
export class Outbox {
  #bytes = Buffer.allocUnsafeSlow(16 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  addText(text: string): void {
    // At most three bytes a UTF-16 unit.
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  addBytes(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  /**
   * What stands in `bytes` from `from` to the next `end`, `most` at most, between two others. One
   * by one: for so few a call of the runtime is dearer than its work.
   */
  addFramed(
    before: Buffer,
    bytes: Buffer,
    from: number,
    end: number,
    after: Buffer,
    most: number,
  ): void {
    this.#reserve(before.length + most + after.length);
    const target = this.#bytes;
    let length = this.#length;
    for (let at = 0; at < before.length; at += 1) target[length++] = before[at] ?? 0;
    for (let at = from; at < from + most; at += 1) {
      const byte = bytes[at] ?? end;
      if (byte === end) break;
      target[length++] = byte;
    }
    for (let at = 0; at < after.length; at += 1) target[length++] = after[at] ?? 0;
    this.#length = length;
  }

  addByte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  /** What was collected; valid until the next `start`. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins the next write; `busy` says that the last one's memory is still being read. */
  start(busy: boolean): void {
    this.#length = 0;
    if (busy) this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
