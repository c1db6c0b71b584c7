/**
 * What became of the recipients of a batch, written the moment each reply came (I7).
 *
 * One line an answer, appended:
 *   d FIRST LAST QUEUEID RELAY   recipients FIRST to LAST (positions in the batch) were taken
 *   r N RELAY CODE ENHANCED TEXT   recipient N was refused for good
 *   f FIRST LAST RELAY CODE ENHANCED TEXT   the message was refused: these will not get it
 *   l FIRST LAST RELAY CODE ENHANCED TEXT   later: they stay open; see deferrals.ts
 *   m FIRST LAST RELAY CODE ENHANCED TEXT   the same, said of the message and not of them
 *   c TRIES AT               a worker claimed it, at this time (ms), where it tells
 * Where it is not known who said it, RELAY and its blank are missing.
 * A line that was cut off by a crash has no line end and is not counted: that answer is repeated.
 * A line reaches the kernel before the next reply is read, so a killed process loses nothing. The
 * disk has it `flushMs` later: a power cut repeats what was answered in that time.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../ground/disk.ts';
import { errorCode } from '../ground/errors.ts';
import type { OpenFile } from '../ground/open-file.ts';
import { progressFile } from './layout.ts';
import { oneLine, oneWord, type Said, wordsOf } from './said.ts';

export type Refused = {
  readonly position: number;
  readonly code: number;
  readonly enhanced: string;
  readonly text: string;
};

/** The state of a batch, as its progress file says. */
export type Progress = {
  /** One byte a recipient: what became of each. */
  readonly states: Uint8Array;
  readonly refused: readonly Refused[];
  /** True when something was answered since the last claim line: the killer is not the batch. */
  readonly moved: boolean;
  /** For who goes on with it. */
  readonly extent: Extent;
};

/** How large a progress is, and how much of it is whole lines; without a size there is none. */
type Extent = { readonly size: number | undefined; readonly whole: number };

/** What became of a recipient: nothing yet, taken, refused. */
export const open = 0;
export const delivered = 1;
export const refused = 2;
/** The message was refused: not the recipient's fault. */
export const failed = 3;

const flushMs = 20;

/** Reads the progress of a batch of `count` recipients; none is none. */
export function readProgress(folder: string, count: number): Progress {
  const states = new Uint8Array(count);
  const refusals: Refused[] = [];
  let moved = false;
  const { lines, extent } = linesFrom(folder, 0);
  for (const line of lines) {
    if (line.kind === 'claimed') moved = false;
    else {
      states.fill(line.state, line.first, line.last + 1);
      if (line.refused) refusals.push(line.refused);
      moved = true;
    }
  }
  return { states, refused: refusals, moved, extent };
}

/** What was answered behind byte `from` of the progress, and where it ends now. */
export type ProgressSince = {
  readonly end: number;
  readonly delivered: number;
  readonly failed: number;
  readonly refused: readonly Refused[];
  /** The lines themselves. */
  readonly text: string;
};

/** The news since `from`; what was repeated after a crash counts once in `states`, twice here. */
export function progressSince(folder: string, from: number): ProgressSince {
  const { lines, extent, text } = linesFrom(folder, from);
  let taken = 0;
  let lost = 0;
  const refusals: Refused[] = [];
  for (const line of lines) {
    if (line.kind === 'claimed') continue;
    if (line.refused) refusals.push(line.refused);
    else if (line.state === delivered) taken += line.last - line.first + 1;
    else lost += line.last - line.first + 1;
  }
  return { end: extent.whole, delivered: taken, failed: lost, refused: refusals, text };
}

type Line =
  | { readonly kind: 'claimed' }
  | {
      readonly kind: 'answered';
      readonly state: typeof delivered | typeof failed | typeof refused;
      readonly first: number;
      readonly last: number;
      readonly refused?: Refused;
    };

type Found = { readonly lines: Line[]; readonly extent: Extent; readonly text: string };

function linesFrom(folder: string, from: number): Found {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(join(folder, progressFile)).subarray(from);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return { lines: [], extent: { size: undefined, whole: from }, text: '' };
  }
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  const text = whole.toString('utf8');
  const extent = { size: from + bytes.length, whole: from + whole.length };
  return { lines: text.split('\n').flatMap(readLine), extent, text };
}

const answerForm = /^([df]) (\d+) (\d+)(?: |$)/;
const refusalForm = /^r (\d+) (?:\S+ )?(\d{3}) (\S+) (.*)$/;

/** What does not have the form of a line says nothing: nobody may be taken for answered by it. */
function readLine(line: string): Line[] {
  if (line.startsWith('c ')) return [{ kind: 'claimed' }];
  const [, kind, from, to] = answerForm.exec(line) ?? [];
  if (kind !== undefined && Number(from) <= Number(to)) {
    const state = kind === 'd' ? delivered : failed;
    return [{ kind: 'answered', state, first: Number(from), last: Number(to) }];
  }
  const [, position, code, enhanced, text] = refusalForm.exec(line) ?? [];
  if (position === undefined) return [];
  const first = Number(position);
  const said = { code: Number(code), enhanced: enhanced === '-' ? '' : (enhanced ?? '') };
  const refusal = { position: first, ...said, text: text ?? '' };
  return [{ kind: 'answered', state: refused, first, last: first, refused: refusal }];
}

/** Writes the progress of one claimed batch. */
export class ProgressLog {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #file: OpenFile;
  #end: number;
  /** Its name is not on the disk yet. */
  #isNew: boolean;
  #pending = '';
  #syncing = false;
  #dirty = false;
  #closed = false;
  #trouble: unknown;

  constructor(
    disk: Disk,
    folder: string,
    tries: number,
    at?: number,
    { size, whole }: Extent = readProgress(folder, 0).extent,
  ) {
    this.#disk = disk;
    this.#folder = folder;
    // An empty one came with its folder, from an entry whose own was perhaps never synced.
    this.#isNew = !size;
    this.#end = whole;
    this.#file = disk.open(join(folder, progressFile));
    // A line that was cut off is no line: completed, it might speak of somebody else.
    if (size !== undefined && size > whole) this.#file.cut(whole);
    this.#pending = at === undefined ? `c ${tries}\n` : `c ${tries} ${at}\n`;
    this.write();
  }

  /** `reply`: what was said, where it holds no name of the MTA's for the message. */
  delivered(first: number, last: number, queueId = '-', relay?: string, reply = ''): void {
    const by = relay === undefined ? '' : ` ${oneWord(queueId)} ${oneWord(relay)}`;
    const said = reply === '' ? '' : ` ${oneLine(reply)}`;
    this.#pending += `d ${first} ${last}${by}${said}\n`;
  }

  /** `kind`: of what it was said, the recipients or the message. */
  later(kind: 'l' | 'm', first: number, last: number, said: Said): void {
    this.#pending += `${kind} ${first} ${last} ${wordsOf(said)}\n`;
  }

  refused(position: number, said: Said): void {
    this.#pending += `r ${position} ${wordsOf(said)}\n`;
  }

  failed(first: number, last: number, said: Said): void {
    this.#pending += `f ${first} ${last} ${wordsOf(said)}\n`;
  }

  /** Hands what was noted to the kernel: to be called before the next reply is awaited. */
  write(): void {
    if (this.#trouble !== undefined) throw this.#trouble;
    if (this.#pending === '' || this.#closed) return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    try {
      this.#file.write(bytes, this.#end);
    } catch (error) {
      // Half a line may stand there now: nothing may follow it.
      this.#trouble = error;
      throw error;
    }
    this.#end += bytes.length;
    this.#dirty = true;
    this.#flush();
  }

  /** When this resolves, the disk has all of it. */
  async sync(): Promise<void> {
    this.write();
    await this.#sync();
  }

  close(): void {
    this.write();
    this.#closed = true;
    if (!this.#syncing) this.#file.close();
  }

  async #sync(): Promise<void> {
    this.#dirty = false;
    const isNew = this.#isNew;
    this.#isNew = false;
    await Promise.all([this.#file.sync(), isNew ? this.#disk.syncDir(this.#folder) : undefined]);
  }

  /** At most one sync in `flushMs`: each is a trip through the thread pool. */
  #flush(): void {
    if (this.#syncing) return;
    this.#syncing = true;
    setTimeout(() => {
      if (this.#closed) return this.#file.close();
      const flushed = this.#dirty ? this.#sync() : Promise.resolve();
      void flushed
        .catch((error: unknown) => {
          this.#trouble ??= error;
        })
        .finally(() => {
          this.#syncing = false;
          if (this.#closed) this.#file.close();
          else if (this.#dirty) this.#flush();
        });
    }, flushMs);
  }
}
