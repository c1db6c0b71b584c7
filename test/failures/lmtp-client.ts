/** Hands a message to an LMTP server, and tells what it said to each recipient. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The replies after the message, one for each recipient; or the reply that ended it before. */
export async function giveLmtp(
  path: string,
  recipients: readonly string[],
  message: string,
): Promise<string[]> {
  const socket = connect(path);
  const replies = new Replies(socket);
  try {
    await replies.next();
    const commands = [
      'LHLO client.example',
      'MAIL FROM:<anne@example.net>',
      ...recipients.map((address) => `RCPT TO:<${address}>`),
      'DATA',
    ];
    for (const command of commands) {
      socket.write(`${command}\r\n`);
      const reply = await replies.next();
      if (!/^[23]/.test(reply)) return [reply];
    }
    socket.write(`${message.replaceAll(/^\./gm, '..')}\r\n.\r\n`);
    const said: string[] = [];
    for (const _ of recipients) said.push(await replies.next());
    return said;
  } finally {
    socket.destroy();
  }
}

/** Replies as they come; the lines of one that has several are joined. */
export class Replies {
  #text = '';
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text += chunk;
    });
  }

  async next(): Promise<string> {
    for (;;) {
      const [whole] = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#text) ?? [];
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length);
        return whole.trim();
      }
      await once(this.#socket, 'data');
    }
  }
}
