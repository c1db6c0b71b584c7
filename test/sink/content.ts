const end = Buffer.from('\r\n.\r\n');
const maxHeadBytes = 64 * 1024;

/** Finds the end of a message in the stream, and its Message-ID. A strict server: only CRLF. */
export class Content {
  octets = 0;
  readonly #wantsBytes: boolean;
  readonly #chunks: Buffer[] = [];
  #head = '';
  #headDone = false;
  /** The last bytes seen, in which the end may have begun. DATA's own line end counts. */
  #tail = Buffer.from('\r\n');

  constructor(wantsBytes: boolean) {
    this.#wantsBytes = wantsBytes;
  }

  /** Takes bytes; returns how many belonged to the message, and whether its end was among them. */
  push(bytes: Buffer): { readonly used: number; readonly ended: boolean } {
    const joined = Buffer.concat([this.#tail, bytes]);
    const at = joined.indexOf(end);
    const ended = at >= 0;
    const used = ended ? at + end.length - this.#tail.length : bytes.length;
    this.octets += used;
    this.#take(bytes.subarray(0, used));
    this.#tail = Buffer.from(joined.subarray(-4));
    return { used, ended };
  }

  get id(): string {
    return /^message-id:[ \t\r\n]*(\S+)/im.exec(this.#head)?.[1] ?? '-';
  }

  /** The message as it was before it was stuffed. */
  bytes(): Buffer {
    const text = Buffer.concat(this.#chunks).toString('latin1').slice(0, -3);
    return Buffer.from(text.replace(/(^|\r\n)\./g, '$1'), 'latin1');
  }

  #take(bytes: Buffer): void {
    if (this.#wantsBytes) this.#chunks.push(Buffer.from(bytes));
    if (this.#headDone) return;
    this.#head += bytes.toString('latin1', 0, maxHeadBytes);
    const blank = this.#head.indexOf('\r\n\r\n');
    this.#headDone = blank >= 0 || this.#head.length >= maxHeadBytes;
    if (blank >= 0) this.#head = this.#head.slice(0, blank);
  }
}

/** What stands between the angle brackets of a MAIL or RCPT command. */
export function addressIn(line: string): string {
  return line.slice(line.indexOf('<') + 1, line.lastIndexOf('>'));
}
