import { MtaError } from './types.ts';

/** RFC 5321 says 512; real servers write more. */
const maxLineBytes = 4096;
const maxLines = 128;
const maxReplyBytes = 32 * 1024;

const lf = 10;
const cr = 13;
const space = 32;
const hyphen = 45;
const zero = 48;

/**
 * Cuts what a server sends into replies, on bytes: in the middle of a mailing nothing is
 * allocated for a reply but the text that somebody asks for. Whatever a hostile server sends,
 * at most one reply of bounded size is kept.
 */
export class ReplyReader {
  /** The beginning of a line whose end has not come yet. */
  readonly #held = Buffer.allocUnsafe(maxLineBytes);
  #heldLength = 0;
  /** Text of the lines before the last one. */
  #earlier: string[] = [];
  #earlierBytes = 0;
  #line: Buffer = this.#held;
  #from = 0;
  #to = 0;

  /** True while a reply has begun and not ended. */
  get halfway(): boolean {
    return this.#heldLength > 0 || this.#earlier.length > 0;
  }

  /** Takes bytes from the server and hands out each reply that they complete. */
  feed(bytes: Buffer, length: number, onReply: (code: number) => void): void {
    let at = 0;
    while (at < length) {
      let end = at;
      // Most are a dozen bytes: for so few a call of the runtime is dearer than its work.
      while (end < length && bytes[end] !== lf) end += 1;
      if (end === length) {
        this.#hold(bytes, at, length);
        return;
      }
      if (this.#heldLength > 0) {
        this.#hold(bytes, at, end);
        const heldLength = this.#heldLength;
        this.#heldLength = 0;
        this.#takeLine(this.#held, 0, heldLength, onReply);
      } else {
        this.#takeLine(bytes, at, end, onReply);
      }
      at = end + 1;
    }
  }

  /** The text of the reply being handed out, in one line; valid during `onReply` only. */
  text(): string {
    const last = this.#line.toString('utf8', this.#from, this.#to);
    return this.#earlier.length === 0 ? last : [...this.#earlier, last].join(' ');
  }

  /** The text of each line of the reply being handed out; valid during `onReply` only. */
  lines(): readonly string[] {
    return [...this.#earlier, this.#line.toString('utf8', this.#from, this.#to)];
  }

  #hold(bytes: Buffer, from: number, to: number): void {
    if (this.#heldLength + to - from > maxLineBytes) {
      throw new MtaError('protocol', `the server sent a line of over ${maxLineBytes} bytes`);
    }
    this.#heldLength += bytes.copy(this.#held, this.#heldLength, from, to);
  }

  #takeLine(bytes: Buffer, from: number, lineEnd: number, onReply: (code: number) => void): void {
    const to = lineEnd > from && bytes[lineEnd - 1] === cr ? lineEnd - 1 : lineEnd;
    if (to - from > maxLineBytes) {
      throw new MtaError('protocol', `the server sent a line of over ${maxLineBytes} bytes`);
    }
    const code = codeAt(bytes, from, to);
    const sign = to - from > 3 ? bytes[from + 3] : space;
    if (code < 0 || (sign !== space && sign !== hyphen)) {
      const seen = bytes.toString('latin1', from, Math.min(to, from + 40));
      throw new MtaError('protocol', `not an SMTP reply: ${JSON.stringify(seen)}`);
    }
    this.#line = bytes;
    this.#from = Math.min(from + 4, to);
    this.#to = to;
    if (sign === hyphen) {
      this.#keepLine();
      return;
    }
    onReply(code);
    if (this.#earlier.length > 0) {
      this.#earlier = [];
      this.#earlierBytes = 0;
    }
  }

  #keepLine(): void {
    this.#earlierBytes += this.#to - this.#from;
    if (this.#earlier.length >= maxLines || this.#earlierBytes > maxReplyBytes) {
      throw new MtaError('protocol', 'the server sent a reply without end');
    }
    this.#earlier.push(this.#line.toString('utf8', this.#from, this.#to));
  }
}

/** The three digits at `from`, or -1. */
function codeAt(bytes: Buffer, from: number, to: number): number {
  if (to - from < 3) return -1;
  const a = (bytes[from] ?? 0) - zero;
  const b = (bytes[from + 1] ?? 0) - zero;
  const c = (bytes[from + 2] ?? 0) - zero;
  if (a < 2 || a > 5 || b < 0 || b > 9 || c < 0 || c > 9) return -1;
  return a * 100 + b * 10 + c;
}
