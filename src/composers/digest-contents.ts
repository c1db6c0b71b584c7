/** What stands in a digest, as a table: a thread at a time. */
import { messageIdHash } from '../mail/message-id.ts';
import { bareSubject } from '../mail/subject.ts';
import type { DigestPosting } from '../model/digest.ts';
import type { ListView } from '../model/list.ts';
import type { Thread } from './digest-threads.ts';

/** One line of the table: a posting, its number in the digest, and how it is named there. */
export type ContentsLine = {
  readonly number: number;
  readonly posting: DigestPosting;
  readonly isAnswer: boolean;
  /** Without the list's prefix; of an answer, only where it is another than its thread's. */
  readonly subject: string | undefined;
  readonly author: string;
};

const maxSubject = 200;
const maxAuthor = 60;
const width = 72;

/** The lines in reading order. `noSubject` and `noAuthor` are said where there is none. */
export function contentsOf(
  threads: readonly Thread[],
  prefix: string,
  { noSubject, noAuthor }: { readonly noSubject: string; readonly noAuthor: string },
): readonly ContentsLine[] {
  let number = 0;
  return threads.flatMap((thread) => {
    const bare = (posting: DigestPosting) => bareSubject(posting.subject, prefix).text;
    const topic = bare(thread[0]);
    return thread.map((posting, n): ContentsLine => {
      number += 1;
      const own = bare(posting);
      const isSame = n > 0 && own.toLowerCase() === topic.toLowerCase();
      return {
        number,
        posting,
        isAnswer: n > 0,
        subject: isSame ? undefined : own.slice(0, maxSubject) || noSubject,
        author: posting.author.slice(0, maxAuthor) || noAuthor,
      };
    });
  });
}

/** The table as text. `more` gives what stands below a line, such as a link. */
export function contentsText(
  lines: readonly ContentsLine[],
  more: (line: ContentsLine) => string | undefined = () => undefined,
): string {
  const digits = String(lines.length).length + 1;
  return lines
    .map((line, n) => {
      const { number, isAnswer, subject, author } = line;
      const indent = ' '.repeat(isAnswer ? 6 : 2);
      const head = `${indent}${String(number).padStart(digits)}. `;
      const rest = ' '.repeat(head.length);
      const text = subject === undefined ? author : `${subject} (${author})`;
      const below = more(line);
      const gap = n > 0 && !isAnswer ? '\n' : '';
      const shown = wrapped(text, width - head.length).join(`\n${rest}`);
      return `${gap}${head}${shown}${below === undefined ? '' : `\n${rest}${below}`}`;
    })
    .join('\n');
}

/** Lines of at most `room` characters; a longer word has a line of its own. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Where a posting can be read; undefined: nowhere. */
export function linkTo(
  { settings }: ListView,
  { messageId, archived }: Pick<DigestPosting, 'messageId' | 'archived'>,
): string | undefined {
  const { archiveUrl, archivePolicy } = settings;
  if (!archived || archivePolicy === 'never' || messageId === '') return undefined;
  if (!archiveUrl.includes('%h')) return undefined;
  return archiveUrl.replaceAll('%h', messageIdHash(messageId));
}
