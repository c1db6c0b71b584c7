/** Messages from outside: an mbox, a Maildir, a folder of files, one message. */
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseDate } from '../mail/date.ts';
import type { HeaderBlock } from '../mail/types.ts';
import { readMbox } from './mbox-read.ts';

export type Boxed = {
  readonly bytes: Buffer;
  readonly isCut: boolean;
  /** When it came, ms, where the box says so. */
  readonly received: number | undefined;
  readonly sender: string | null;
  /** For people: where it stands. */
  readonly where: string;
  /** How much is read, of `boxSize`. */
  readonly read: number;
};

/** What a path is. */
export function kindOfBox(path: string): 'maildir' | 'folder' | 'file' {
  if (!statSync(path).isDirectory()) return 'file';
  return existsSync(join(path, 'cur')) || existsSync(join(path, 'new')) ? 'maildir' : 'folder';
}

/** How much there is to read: bytes of a file, files of a folder. */
export function boxSize(path: string): number {
  return kindOfBox(path) === 'file' ? statSync(path).size : filesIn(path).length;
}

/** The messages of a box, one after the other. */
export async function* readBox(path: string, maxBytes: number): AsyncGenerator<Boxed> {
  if (kindOfBox(path) === 'file' && (await isMbox(path))) yield* fromMbox(path, maxBytes);
  else {
    const files = kindOfBox(path) === 'file' ? [path] : filesIn(path);
    for (const [n, file] of files.entries()) yield await fromFile(file, maxBytes, n + 1);
  }
}

async function* fromMbox(path: string, maxBytes: number): AsyncGenerator<Boxed> {
  let count = 0;
  for await (const { bytes, from, isCut, read } of readMbox(path, maxBytes)) {
    count += 1;
    const [, who = '', when = ''] =
      /^From (.*?) +((?:mon|tue|wed|thu|fri|sat|sun)\b.*)$/i.exec(from) ?? [];
    // Pipermail writes "anne at example.net".
    const sender = who.replace(' at ', '@').replaceAll(/\s/g, '');
    yield {
      bytes,
      isCut,
      // UUCP names a machine behind it.
      received: parseDate(when.replace(/ remote from .*$/i, '')),
      sender: sender.includes('@') ? sender : null,
      where: `${path}: message ${count}`,
      read,
    };
  }
}

async function fromFile(path: string, maxBytes: number, read: number): Promise<Boxed> {
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, { end: maxBytes })) pieces.push(piece as Buffer);
  const all = Buffer.concat(pieces);
  const isCut = all.length > maxBytes;
  const bytes = isCut ? all.subarray(0, maxBytes) : all;
  // A Maildir says in the name when it delivered.
  const seconds = /\/(?:cur|new)\/(\d{9,11})\.[^/]*$/.exec(path)?.[1];
  const received = seconds === undefined ? undefined : Number(seconds) * 1000;
  return { bytes, isCut, received, sender: null, where: path, read };
}

/** Whether a file begins with a From_ line: any other is one message. */
async function isMbox(path: string): Promise<boolean> {
  for await (const { from } of readMbox(path, 1)) return from !== '';
  return false;
}

function filesIn(path: string): string[] {
  const folders = kindOfBox(path) === 'maildir' ? [join(path, 'cur'), join(path, 'new')] : [path];
  return folders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
          .map(({ name }) => join(folder, name))
          .sort()
      : [],
  );
}

/** When a message came, as far as its own header says. */
export function receivedOf(headers: Pick<HeaderBlock, 'raw' | 'get'>): number | undefined {
  const trace = headers.raw('received')[0]?.split(';').at(-1);
  const came = trace === undefined ? undefined : parseDate(trace.trim());
  return came ?? parseDate(headers.get('date') ?? '');
}
