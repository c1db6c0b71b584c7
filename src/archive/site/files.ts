/**
 * What was attached, as files that no browser runs: only endings that are known to be harmless
 * stay, since a server tells the type by the ending. All else is `.bin`, to be saved.
 */
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Readable822 } from '../../mail/contents.ts';
import { walkMime } from '../../mail/mime.ts';
import type { FileRow } from '../index-look.ts';

const harmless = new Set(
  'png jpg jpeg gif webp pdf txt csv zip gz tgz bz2 xz 7z doc docx odt ods odp xls xlsx ppt pptx mp3 ogg wav mp4 webm'.split(
    ' ',
  ),
);
/** Text in a form of its own: as text. */
const plainText = new Set('patch diff log md asc sig ics vcf eml'.split(' '));

/** Where a file lies, from the top of the site. The name that its sender gave it is only shown. */
export function fileLink(hash: string, { part, name }: Pick<FileRow, 'part' | 'name'>): string {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const safe = harmless.has(ending) ? ending : plainText.has(ending) ? 'txt' : 'bin';
  return `f/${hash}/${part}.${safe}`;
}

/** Writes the files of a message into the site. */
export async function writeFiles(
  folder: string,
  hash: string,
  { headers, body }: Readable822,
  files: readonly FileRow[],
): Promise<void> {
  const wanted = new Map(files.map((file) => [file.part, file]));
  mkdirSync(join(folder, 'f', hash), { recursive: true });
  const source = Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body;
  let open: { part: number; feed: Readable; done: Promise<void> } | undefined;
  const close = async (): Promise<void> => {
    open?.feed.push(null);
    await open?.done;
    open = undefined;
  };
  for await (const event of walkMime({ headers, body: source })) {
    if (event.kind === 'verdict') break;
    if (event.kind === 'part') {
      await close();
      const file = wanted.get(event.part.index);
      if (!file) continue;
      const feed = new Readable({ read: () => undefined });
      const out = createWriteStream(join(folder, fileLink(hash, file)));
      const done = pipeline(feed, event.part.decoder(), out);
      done.catch(() => undefined);
      open = { part: file.part, feed, done };
    } else if (event.kind === 'content' && open?.part === event.part.index) {
      open.feed.push(Buffer.from(event.bytes));
    }
  }
  await close();
}

/** Takes the files of a message away. */
export function removeFiles(folder: string, hash: string): void {
  rmSync(join(folder, 'f', hash), { recursive: true, force: true });
}
