/**
 * One mboxrd file a month and list: what was posted, raw.
 *
 * Appended exactly once: before anything is appended, `<file>.last` says which entry begins at
 * which byte, synced. A crash after that leaves a tail that belongs to that entry; the entry is
 * still claimed, comes again, and the tail is cut off before it is appended anew. An intent that
 * was itself cut off cannot be read, and then nothing was appended. There is one writer.
 *
 * mboxrd: a line that begins with any number of ">" and "From " gets one ">" more, so that it can
 * be taken away again without guessing. Lines end with LF. (mbox(5), RFC 4155.)
 */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type MboxEntry = {
  readonly id: string;
  readonly message: string;
  /** Envelope sender; null is `<>`. */
  readonly sender: string | null;
  /** When it came to us, ms. */
  readonly received: number;
};

/** `<folder>/<list>/<YYYY-MM>.mbox` (UTC). */
export function mboxFile(folder: string, list: string, received: number): string {
  return join(folder, list, `${new Date(received).toISOString().slice(0, 7)}.mbox`);
}

/** Appends a message, or makes whole what an earlier try has begun. Durable when it resolves. */
export async function appendToMbox(file: string, entry: MboxEntry): Promise<void> {
  makeFolder(dirname(file));
  const isNew = !fs.existsSync(file);
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o660);
  try {
    const begun = readIntent(`${file}.last`);
    const start = begun?.id === entry.id ? begun.start : fs.fstatSync(fd).size;
    if (begun?.id === entry.id) fs.ftruncateSync(fd, start);
    else await writeIntent(`${file}.last`, { id: entry.id, start });
    const out = fs.createWriteStream(file, { fd, start, autoClose: false });
    out.write(fromLine(entry));
    await pipeline(fs.createReadStream(entry.message), quoteLines(), out);
    await sync(fd);
  } finally {
    fs.closeSync(fd);
  }
  if (isNew) await syncFolder(dirname(file));
}

type Intent = { readonly id: string; readonly start: number };

function readIntent(file: string): Intent | undefined {
  if (!fs.existsSync(file)) return undefined;
  const [, id, start] = /^(\S+) (\d+)\n$/.exec(fs.readFileSync(file, 'utf8')) ?? [];
  return id === undefined ? undefined : { id, start: Number(start) };
}

/** In place: an intent that is torn is no intent, and then nothing was appended. */
async function writeIntent(file: string, { id, start }: Intent): Promise<void> {
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o660);
  try {
    fs.ftruncateSync(fd);
    fs.writeSync(fd, `${id} ${start}\n`, 0);
    await sync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** `From sender asctime-date`: a sender with a space in it would end the address early. */
function fromLine({ sender, received }: MboxEntry): string {
  const who = (sender ?? 'MAILER-DAEMON').replaceAll(/\s/g, '_') || 'MAILER-DAEMON';
  const [, day, date, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(received).toUTCString()) ?? [];
  return `From ${who} ${day} ${month} ${String(Number(date)).padStart(2)} ${time} ${year}\n`;
}

const lf = 0x0a;
const cr = 0x0d;
const maxLine = 1 << 20;

/** Quotes From-lines, makes CRLF LF, and ends with an empty line. */
export function quoteLines(): Transform {
  let rest: Buffer = Buffer.alloc(0);
  let inLine = false;
  const take = (line: Buffer, ended: boolean): Buffer[] => {
    const begins = !inLine;
    inLine = !ended;
    const bare = ended && line.at(-1) === cr ? line.subarray(0, -1) : line;
    const parts =
      begins && /^>*From /.test(bare.toString('latin1', 0, 200)) ? [quote, bare] : [bare];
    return ended ? [...parts, newLine] : parts;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const parts: Buffer[] = [];
      let from = 0;
      for (let at = bytes.indexOf(lf); at >= 0; at = bytes.indexOf(lf, from)) {
        parts.push(...take(bytes.subarray(from, at), true));
        from = at + 1;
      }
      rest = bytes.subarray(from);
      // A line without an end is passed on in pieces, but for a CR that may be half a line end.
      if (rest.length > maxLine) {
        const cut = rest.at(-1) === cr ? rest.length - 1 : rest.length;
        parts.push(...take(rest.subarray(0, cut), false));
        rest = rest.subarray(cut);
      }
      done(null, Buffer.concat(parts));
    },
    flush(done) {
      const parts = rest.length > 0 || inLine ? take(rest, true) : [];
      done(null, Buffer.concat([...parts, newLine]));
    },
  });
}

const quote = Buffer.from('>');
const newLine = Buffer.from('\n');

function makeFolder(folder: string): void {
  if (!fs.existsSync(folder)) fs.mkdirSync(folder, { recursive: true, mode: 0o770 });
}

function sync(fd: number): Promise<void> {
  return new Promise((resolve, reject) =>
    fs.fdatasync(fd, (error) => (error ? reject(error) : resolve())),
  );
}

async function syncFolder(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder)]) {
    const fd = fs.openSync(path, 'r');
    try {
      await sync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }
}
