const lf = 10;
const cr = 13;
const space = 32;
const dot = 46;

/**
 * Turns the bytes of a message into those that go between DATA's 354 and the final dot: every
 * line ends with CRLF, the last one too, and a line that begins with a dot gets another.
 *
 * A bare LF ends a line. CRs before a line end are dropped, for CR CR LF must not end a header
 * block early. A CR within a line becomes a space in the header, where a line break would forge
 * a field, and a line end in the body, as no server may see it as it is (SMTP smuggling).
 */
export class Stuffer {
  /** The message's size as RFC 1870 counts it: with CRLF, without the added dots. */
  octets = 0;
  eightBit = false;
  #out = Buffer.allocUnsafeSlow(0);
  #inHeader = true;
  #lineLength = 0;
  #afterCr = false;

  /** Takes the next bytes; what it returns is valid until the next call. */
  push(bytes: Uint8Array): Buffer {
    this.#begin(bytes.length);
    const out = this.#out;
    let length = 0;
    let added = 0;
    let high = 0;
    let lineLength = this.#lineLength;
    let afterCr = this.#afterCr;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === cr) {
        afterCr = true;
        continue;
      }
      if (byte === lf) {
        afterCr = false;
        if (lineLength === 0) this.#inHeader = false;
        lineLength = 0;
        out[length++] = cr;
        out[length++] = lf;
        continue;
      }
      if (afterCr) {
        afterCr = false;
        if (this.#inHeader) {
          out[length++] = space;
          lineLength++;
        } else {
          lineLength = 0;
          out[length++] = cr;
          out[length++] = lf;
        }
      }
      if (lineLength === 0 && byte === dot) {
        out[length++] = dot;
        added++;
      }
      lineLength++;
      high |= byte;
      out[length++] = byte;
    }
    this.#lineLength = lineLength;
    this.#afterCr = afterCr;
    this.octets += length - added;
    if (high > 127) this.eightBit = true;
    return out.subarray(0, length);
  }

  /** The bytes that are still missing at the end. */
  end(): Buffer {
    this.#begin(0);
    if (this.#lineLength === 0 && !this.#afterCr) return this.#out.subarray(0, 0);
    this.#out[0] = cr;
    this.#out[1] = lf;
    this.octets += 2;
    return this.#out.subarray(0, 2);
  }

  #begin(more: number): void {
    // No byte becomes more than three (CR LF and a second dot, after a CR), with the CR's own
    // place counted; two to a byte and a little is therefore enough.
    const wanted = more * 2 + 4;
    if (this.#out.length < wanted) this.#out = Buffer.allocUnsafeSlow(wanted);
  }
}
