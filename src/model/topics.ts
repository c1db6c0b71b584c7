/**
 * Topics of a list: which words make a posting one of a topic, and which topics a member wants.
 *
 * An entry is `NAME: PATTERN`, and what is shown to members may follow behind ` -- `. Several
 * entries of one name are one topic that has several patterns.
 */
import { compilePattern, isWrong, type Pattern, type WrongPattern } from './pattern.ts';

/** Topics of one list, and topics that one member chooses. */
export const maxTopics = 100;
/** Lines at the top of the text that can be asked for. */
export const maxTopicLines = 60;

export type Topic = {
  /** Lower case. */
  readonly name: string;
  readonly pattern: Pattern;
  readonly description: string;
};

/** What the topics of a list say of one posting. */
export type TopicHits = {
  /** Names of those that it is about. */
  readonly hits: readonly string[];
  /** Names of all of the list. */
  readonly of: readonly string[];
};

/** The word for all topics, which is therefore no name of one. */
export const everyTopic = 'all';
const form = /^[\p{L}\p{N}][\p{L}\p{N}._+-]{0,39}$/u;

/** Reads one entry. */
export function readTopic(entry: string): Topic | WrongPattern {
  const [, name = '', rest = ''] = /^\s*([^\s:]+)\s*:\s*(.*)$/.exec(entry) ?? [];
  const lower = name.toLowerCase();
  if (!form.test(lower) || lower === everyTopic || lower === 'default') {
    const shown = JSON.stringify(entry.slice(0, 80));
    return { kind: 'wrong', why: `${shown}: NAME: is missing, or is no name of a topic` };
  }
  const cut = rest.lastIndexOf(' -- ');
  const pattern = compilePattern((cut < 0 ? rest : rest.slice(0, cut)).trim());
  if (isWrong(pattern)) return pattern;
  return { name: lower, pattern, description: cut < 0 ? '' : rest.slice(cut + 4).trim() };
}

/** The topics that entries of a setting name; what cannot be read was refused when it came. */
export function topicsIn(entries: readonly string[]): Topic[] {
  return entries.map(readTopic).filter((read): read is Topic => !isWrong(read));
}

/** Reads what a member chooses: `cats,dogs`, or `all`. */
export function readChoice(text: string): readonly string[] | undefined {
  const names = text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const isChoice =
    names.length > 0 && names.length <= maxTopics && names.every((n) => form.test(n));
  return isChoice ? [...new Set(names)] : undefined;
}

/** Which topics these lines are about: fields first, then text. */
export function hitsOf(entries: readonly string[], lines: readonly string[]): TopicHits {
  const topics = topicsIn(entries);
  const of = [...new Set(topics.map(({ name }) => name))];
  const hit = new Set(
    topics.filter(({ pattern }) => lines.some((line) => pattern.test(line))).map((one) => one.name),
  );
  return { hits: of.filter((name) => hit.has(name)), of };
}

/**
 * Whether a member wants a posting. Who chose no topic that the list has gets all: what was
 * renamed or removed must not leave anybody without mail.
 */
export function wantsTopics(
  { hits, of }: TopicHits,
  chosen: readonly string[],
  untagged: boolean,
): boolean {
  const own = chosen.filter((name) => of.includes(name));
  if (own.length === 0 || chosen.includes(everyTopic)) return true;
  return hits.length === 0 ? untagged : own.some((name) => hits.includes(name));
}
