/** Mail for the bench: made, and put in. */
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { accept, arrive } from '../src/spool/intake.ts';
import type { TestSite } from '../test/site.ts';

export const author = 'ann@author.example';

/** A plain message of about `bytes`. */
export function plainMessage(list: string, n: number, bytes: number): Buffer {
  const head = [
    `From: Ann Author <${author}>`,
    `To: ${list}`,
    `Subject: posting ${n}`,
    `Message-ID: <${n}.${bytes}@author.example>`,
    'Date: Tue, 24 Nov 2026 08:00:00 +0000',
    '',
    '',
  ].join('\r\n');
  const line = `${'x'.repeat(70)}\r\n`;
  const lines = Math.max(1, Math.ceil((bytes - head.length) / line.length));
  return Buffer.from(head + line.repeat(lines));
}

/** Puts a message straight into `incoming`, durable as every way in. */
export async function putIn(site: TestSite, list: string, message: Buffer): Promise<string> {
  const opened = site.open();
  const arrival = await arrive(opened.spool, Readable.from([message]), message.length);
  const work = { kind: 'mail', via: 'inject' } as const;
  const target = { queue: 'incoming', recipient: list, work } as const;
  const [id] = await accept(opened.spool, arrival, author, [target], Date.now());
  return id ?? '';
}

const end = Buffer.from('.\r\n');

/** No reply takes longer than this. */
const replyMs = 60_000;

/** A plain LMTP client: one connection, one message after another. */
export class LmtpClient {
  readonly #socket: Socket;
  #text = '';
  #wake: (() => void) | undefined;
  #trouble: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(replyMs, () => socket.destroy(new Error(`no reply within ${replyMs} ms`)));
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#wake?.();
    });
    socket.on('error', (error) => {
      this.#trouble = error;
    });
    socket.on('close', () => {
      this.#trouble ??= new Error('the server hung up');
      this.#wake?.();
    });
  }

  static async open(port: number): Promise<LmtpClient> {
    const client = new LmtpClient(connect(port, '127.0.0.1'));
    await client.#reply();
    await client.#ask('LHLO bench.example\r\n');
    return client;
  }

  /** Hands one message over; resolves with the reply for the (one) recipient. */
  async send(list: string, message: Buffer, from = author): Promise<string> {
    const envelope = `MAIL FROM:<${from}>\r\nRCPT TO:<${list}>\r\nDATA\r\n`;
    this.#socket.write(envelope);
    for (let n = 0; n < 3; n += 1) await this.#reply();
    const reply = await this.#ask(Buffer.concat([message, end]));
    if (!reply.startsWith('250')) throw new Error(`refused: ${reply}`);
    return reply;
  }

  close(): void {
    this.#socket.end('QUIT\r\n');
  }

  async #ask(command: string | Buffer): Promise<string> {
    this.#socket.write(command);
    return await this.#reply();
  }

  async #reply(): Promise<string> {
    for (;;) {
      const found = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#text);
      if (found) {
        this.#text = this.#text.slice(found[0].length);
        return found[0];
      }
      if (this.#trouble) throw this.#trouble;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Sends `count` messages on several connections; gives the wall time in ms. */
export async function sendMany(
  port: number,
  list: string,
  { count, connections, first }: { count: number; connections: number; first: number },
  bytes: number,
): Promise<number> {
  const messages = Array.from({ length: count }, (_, n) => plainMessage(list, first + n, bytes));
  const clients = await Promise.all(
    Array.from({ length: connections }, () => LmtpClient.open(port)),
  );
  const began = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let next = messages.pop(); next; next = messages.pop()) await client.send(list, next);
    }),
  );
  const took = performance.now() - began;
  for (const client of clients) client.close();
  return took;
}
