import { setMaxListeners } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { errorCode } from '../ground/errors.ts';
import { ReplyReader } from './replies.ts';
import { asError, MtaError, type RelaySettings } from './types.ts';

const readBytes = 16 * 1024;

/** Who is told of what comes over the wire. Errors that it throws end the wire. */
export type WireListener = {
  /** `replies.text()` has the reply's text, during the call only. */
  onReply(code: number, replies: ReplyReader): void;
  /** The wire has ended: by trouble with the other side, or by an error of the listener's own. */
  onLost(error: Error): void;
};

/** A reply that somebody waited for. */
export type Reply = { readonly code: number; readonly lines: readonly string[] };

/** One socket to a relay: bytes out, replies in, a time limit on whatever is awaited. */
export class Wire {
  readonly #relay: RelaySettings;
  readonly #replies = new ReplyReader();
  #socket: net.Socket;
  #listener: WireListener | undefined;
  #lost: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = 0;
  #timerFor = '';
  #timerEnds: (() => void) | undefined;
  /** Hundreds of replies come in one read: they ask for the time once. */
  #isReading = false;
  #isRefreshDue = false;

  private constructor(relay: RelaySettings) {
    this.#relay = relay;
    // Reads straight into one buffer: a buffer a read is what costs most in this loop.
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    const callback = (length: number): boolean => {
      this.#read(buffer, length);
      return true;
    };
    const { place } = relay;
    const where = place.kind === 'tcp' ? { host: place.host, port: place.port } : place;
    if (relay.tls === 'implicit') {
      const socket = net.connect(where);
      this.#socket = tls.connect({ ...this.#tlsOptions(), socket });
      socket.on('error', (error) => this.lose(this.#asMtaError(error)));
    } else {
      this.#socket = net.connect({ ...where, onread: { buffer, callback } });
    }
    this.#attach();
  }

  /** Connects; with implicit TLS, the wire is encrypted when this returns. */
  static async open(relay: RelaySettings, signal: AbortSignal): Promise<Wire> {
    if (signal.aborted) throw new MtaError('aborted', 'asked to stop');
    const wire = new Wire(relay);
    const abort = (): void => wire.lose(new MtaError('aborted', 'asked to stop'));
    // One signal stops a whole process, with any number of connections.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort);
    try {
      await wire.#connected(relay.tls === 'implicit' ? 'secureConnect' : 'connect');
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return wire;
  }

  /** True while bytes of an earlier write are still in our memory. */
  get busy(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** Why the wire has ended, if it has. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  get encrypted(): boolean {
    return this.#socket instanceof tls.TLSSocket;
  }

  /** From now on tells this listener, and nobody else. */
  listen(listener: WireListener | undefined): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array | string): void {
    if (this.#lost === undefined) this.#socket.write(bytes);
  }

  /** Writes, and waits until the kernel has all of it, so that the memory may be used again. */
  writeOut(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost);
      this.#socket.write(bytes, (error) => {
        if (error) reject(this.#lost ?? this.#asMtaError(error));
        else resolve();
      });
    });
  }

  /** Something is awaited from now on, for at most this long; then the wire, or `end`, ends it. */
  arm(ms: number, what: string, end?: () => void): void {
    if (this.#lost !== undefined) return;
    this.#timerFor = what;
    this.#timerEnds = end;
    if (this.#timer !== undefined && this.#timerMs === ms) {
      if (this.#isReading) this.#isRefreshDue = true;
      else this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#timerMs = ms;
    this.#timer = setTimeout(() => this.#timedOut(), ms);
  }

  disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Sends a command (or nothing) and waits for one reply. For lock-step talk only. */
  async ask(command: string, ms: number, what: string): Promise<Reply> {
    return await new Promise<Reply>((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost);
      this.listen({
        onReply: (code, replies) => {
          this.listen(undefined);
          this.disarm();
          resolve({ code, lines: replies.lines() });
        },
        onLost: reject,
      });
      this.arm(ms, what);
      if (command !== '') this.#socket.write(command);
    });
  }

  /** After the server's 220 to STARTTLS. What it had sent in the clear beyond that is an attack. */
  async startTls(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#replies.halfway) throw new MtaError('protocol', 'the server sent more before TLS');
    const socket = this.#socket;
    socket.removeAllListeners('error').removeAllListeners('end').removeAllListeners('close');
    socket.on('error', (error) => this.lose(this.#asMtaError(error)));
    this.#socket = tls.connect({ ...this.#tlsOptions(), socket });
    this.#attach();
    await this.#connected('secureConnect');
  }

  /** Ends the wire now. The listener hears of it. */
  lose(error: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.disarm();
    this.#socket.destroy();
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onLost(error);
  }

  #attach(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('error', (error) => this.lose(this.#asMtaError(error)));
    const hungUp = (): void => this.lose(new MtaError('closed', 'the server hung up'));
    socket.on('end', hungUp).on('close', hungUp);
    // With `onread` nothing comes this way; under TLS everything does.
    socket.on('data', (bytes: Buffer) => this.#read(bytes, bytes.length));
  }

  #connected(event: 'connect' | 'secureConnect'): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) return reject(this.#lost);
      this.listen({
        onReply: () => this.lose(new MtaError('protocol', 'the server spoke before its turn')),
        onLost: reject,
      });
      this.arm(this.#relay.timeouts.connectMs, 'the connection');
      this.#socket.once(event, () => {
        this.disarm();
        this.listen(undefined);
        resolve();
      });
    });
  }

  #read(bytes: Buffer, length: number): void {
    if (this.#lost !== undefined) return;
    this.#isReading = true;
    try {
      this.#replies.feed(bytes, length, this.#onReply);
    } catch (error) {
      this.lose(asError(error));
    }
    this.#isReading = false;
    if (this.#isRefreshDue) this.#timer?.refresh();
    this.#isRefreshDue = false;
  }

  readonly #onReply = (code: number): void => {
    if (this.#lost !== undefined) return;
    if (this.#listener !== undefined) {
      this.#listener.onReply(code, this.#replies);
      return;
    }
    const text = `${code} ${this.#replies.text()}`;
    if (code === 421) throw new MtaError('busy', `the server said ${text}`);
    throw new MtaError('protocol', `the server said without being asked: ${text}`);
  };

  #timedOut(): void {
    if (this.#timerEnds !== undefined) {
      this.#timerEnds();
      return;
    }
    const { name } = this.#relay;
    const text = `${name}: waited ${this.#timerMs} ms for ${this.#timerFor}`;
    this.lose(new MtaError('timeout', text));
  }

  #tlsOptions(): tls.ConnectionOptions {
    const { place, tls: kind, tlsRejectUnauthorized, tlsCa } = this.#relay;
    const host = place.kind === 'tcp' ? place.host : 'localhost';
    return {
      host,
      // A server name in TLS is never an IP address (RFC 6066).
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: kind !== 'opportunistic' && tlsRejectUnauthorized,
      ...(tlsCa === undefined ? {} : { ca: tlsCa }),
    };
  }

  #asMtaError(error: Error): MtaError {
    const text = `${this.#relay.name}: ${error.message}`;
    const code = errorCode(error) ?? '';
    if (/^E(CONNRESET|PIPE)$/.test(code)) return new MtaError('closed', text, { cause: error });
    if (/CERT|SSL|TLS|SIGNATURE|ISSUER/.test(code)) {
      return new MtaError('tls', text, { cause: error });
    }
    return new MtaError('refused', text, { cause: error });
  }
}
