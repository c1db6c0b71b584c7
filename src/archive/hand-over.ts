/** Handing a message to the archive of somebody else. Whatever goes wrong is told by throwing. */
import { spawn } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { plainEnvironment } from '../ground/environment.ts';
import { exit } from '../ground/errors.ts';

/** How long another program may take over one message, ms. */
const timeoutMs = 60_000;
const maxSaid = 2000;

export type HandedOver = {
  /** The file of the message. */
  readonly message: string;
  /** The address of the list. */
  readonly list: string;
  /** The Message-ID that we gave it, where it came without one: no archive goes without. */
  readonly messageId?: string | undefined;
};

/** The other archive will never take this message; it may well take the next one. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** What says so: that the message itself is bad, or too large. */
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** A field that goes before the message's own. */
function fieldOf({ messageId }: HandedOver): Buffer {
  return Buffer.from(messageId === undefined ? '' : `Message-ID: ${messageId}\n`);
}

const cut = '----listmill-4c1f6b0e9d';

/** HyperKitty's interface: a form with the list and the message; what it knows it takes again. */
export async function toHyperkitty(url: string, key: string, handed: HandedOver): Promise<void> {
  const { message, list } = handed;
  const to = new URL(`${url.replace(/\/$/, '')}/api/mailman/archive`);
  const head = Buffer.from(
    `--${cut}\r\nContent-Disposition: form-data; name="mlist"\r\n\r\n${list}\r\n--${cut}\r\n` +
      'Content-Disposition: form-data; name="message"; filename="message.txt"\r\n' +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const field = fieldOf(handed);
  const tail = Buffer.from(`\r\n--${cut}--\r\n`);
  const request = to.protocol === 'https:' ? httpsRequest : httpRequest;
  const sent = request(to, {
    method: 'POST',
    timeout: timeoutMs,
    headers: {
      Authorization: `Token ${key}`,
      'Content-Type': `multipart/form-data; boundary=${cut}`,
      'Content-Length': head.length + field.length + statSync(message).size + tail.length,
    },
  });
  sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  const answered = new Promise<{ status: number; said: string }>((done, failed) => {
    sent.once('error', failed);
    sent.once('response', (response) => {
      let said = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        said = (said + text).slice(0, maxSaid);
      });
      response.once('error', failed);
      response.once('end', () => done({ status: response.statusCode ?? 0, said }));
    });
  });
  const body = async function* () {
    yield head;
    yield field;
    yield* createReadStream(message) as AsyncIterable<Buffer>;
    yield tail;
  };
  const [{ status, said }] = await Promise.all([answered, pipeline(body, sent)]);
  if (status >= 200 && status <= 299) return;
  const why = `it said ${status} ${firstLine(said)}`;
  throw refusals.has(status) ? new RefusedError(why) : new Error(why);
}

/**
 * A program: the message on its standard input, the list in its environment. By EX_DATAERR it says
 * that the message is not for it.
 */
export async function toCommand(
  [program = '', ...args]: readonly string[],
  handed: HandedOver,
): Promise<void> {
  const { message, list } = handed;
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    // public-inbox-mda finds its inbox by this, and its configuration at home.
    env: plainEnvironment({ ORIGINAL_RECIPIENT: list, LIST: list }),
    timeout: timeoutMs,
  });
  let said = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    said = (said + text).slice(0, maxSaid);
  });
  const ended = new Promise<{ code: number | null; why: string }>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => {
      done({ code, why: `${program} ended by ${signal ?? `exit ${code}`}` });
    });
  });
  // A program that has read enough may close its end; its exit says whether that was well.
  const bytes = async function* () {
    yield fieldOf(handed);
    yield* createReadStream(message) as AsyncIterable<Buffer>;
  };
  const fed = pipeline(bytes, child.stdin).catch(() => undefined);
  const [{ code, why }] = await Promise.all([ended, fed]);
  if (code === 0) return;
  const text = `${why}: ${firstLine(said)}`;
  throw code === exit.dataErr ? new RefusedError(text) : new Error(text);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? '';
}
