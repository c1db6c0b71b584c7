/** Says one SMTP transaction to a private Postfix, byte for byte as the test wants it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export type Sending = {
  /** Envelope sender; empty is `<>`. */
  readonly from: string;
  readonly to: readonly string[];
  /** Lines end in CRLF or LF; the client turns LF into CRLF and stuffs the dots. */
  readonly data: string;
  readonly smtputf8?: boolean;
};

/** Resolves when Postfix has taken the message; refusals are assertion errors. */
export async function sendMail(port: number, sending: Sending): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]();
  const expect = async (code: string, said: string): Promise<void> => {
    for (;;) {
      const { value, done } = await replies.next();
      assert.ok(!done, `the connection ended after ${said}`);
      assert.ok(value.startsWith(code), `${said}: ${value}`);
      if (value[3] !== '-') return;
    }
  };
  const say = async (line: string, code: string): Promise<void> => {
    socket.write(`${line}\r\n`);
    await expect(code, line.slice(0, 200));
  };
  try {
    await once(socket, 'connect');
    await expect('220', 'connecting');
    await say('EHLO client.example', '250');
    const utf8 = sending.smtputf8 ? ' SMTPUTF8 BODY=8BITMIME' : '';
    await say(`MAIL FROM:<${sending.from}>${utf8}`, '250');
    for (const recipient of sending.to) await say(`RCPT TO:<${recipient}>`, '250');
    await say('DATA', '354');
    const text = sending.data.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
    await say(`${text}${text.endsWith('\r\n') ? '' : '\r\n'}.`, '250');
    await say('QUIT', '221');
  } finally {
    socket.destroy();
  }
}
