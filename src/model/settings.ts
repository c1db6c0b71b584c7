/**
 * The settings of a list: one schema with groups, defaults and help.
 *
 * CLI, import, documentation and every later surface are driven from this table; a new setting
 * is one line here and the code that obeys it.
 */
import * as z from 'zod/mini';
import { inEnglish } from '../ground/english.ts';

type Definition<S extends z.ZodMiniType> = {
  readonly group: Group;
  readonly schema: S;
  readonly initial: z.infer<S>;
  readonly help: string;
};

export const groups = {
  identity: 'Who the list is',
  posting: 'Who may post, and what',
  headers: 'What we write into the header',
  text: 'What we write around the body',
  delivery: 'How copies go out',
  members: 'What new members start with',
  archive: 'What is kept',
} as const;
export type Group = keyof typeof groups;

function define<S extends z.ZodMiniType>(
  group: Group,
  schema: S,
  initial: z.infer<S>,
  help: string,
): Definition<S> {
  return { group, schema, initial, help };
}

const line = z.string().check(z.maxLength(500), z.regex(/^[^\r\n\0]*$/, 'must be one line'));
const text = z.string().check(z.maxLength(20_000));
const action = z.enum(['accept', 'hold', 'reject', 'discard']);
const bytes = z.int().check(z.nonnegative());

export const settingTable = {
  displayName: define('identity', line, '', 'Name for people; empty: the list name.'),
  description: define('identity', line, '', 'One line that says what the list is for.'),
  language: define('identity', z.enum(['en']), 'en', 'Language of what the list itself writes.'),
  advertised: define('identity', z.boolean(), true, 'Shown in public listings of lists.'),

  allowPosts: define(
    'posting',
    z.boolean(),
    true,
    'Whether the list takes postings at all; false: List-Post is NO and only owners, moderators and members with action accept may post.',
  ),
  memberAction: define('posting', action, 'accept', 'What becomes of a posting by a member.'),
  nonmemberAction: define('posting', action, 'hold', 'What becomes of a posting by a stranger.'),
  maxBytes: define(
    'posting',
    bytes,
    1_048_576,
    'Largest posting in bytes; larger ones are held. 0: no limit but that of the site.',
  ),
  explicitDestination: define(
    'posting',
    z.boolean(),
    true,
    'Hold postings that do not name the list in To or Cc.',
  ),
  acceptableAliases: define(
    'posting',
    z.array(line).check(z.maxLength(100)),
    [],
    'Other addresses that count as the list in To or Cc.',
  ),

  subjectPrefix: define(
    'headers',
    line,
    '',
    'Put before each subject, for example "[cats] "; %d is the number of the posting.',
  ),
  replyTo: define(
    'headers',
    z.enum(['author', 'list', 'address']),
    'author',
    'Where answers go: as the author wrote, to the list, or to replyToAddress.',
  ),
  replyToAddress: define('headers', line, '', 'The address for replyTo = address.'),
  stripReplyTo: define(
    'headers',
    z.boolean(),
    false,
    "Remove the author's own Reply-To before ours is added.",
  ),
  listHeaders: define('headers', z.boolean(), true, 'Add the List-* fields of RFC 2369.'),
  sender: define('headers', z.boolean(), true, 'Add a Sender field that names the list.'),
  archiveUrl: define(
    'headers',
    line,
    '',
    'List-Archive; with %h also Archived-At (RFC 5064), %h being the Message-ID-Hash.',
  ),

  header: define('text', text, '', 'Text before each message.'),
  footer: define('text', text, '', 'Text after each message.'),

  priority: define(
    'delivery',
    z.int().check(z.minimum(0), z.maximum(9)),
    5,
    'Which queue position postings get, 0 (first) to 9.',
  ),
  verp: define(
    'delivery',
    z.enum(['never', 'always']),
    'never',
    'One return path for each recipient (bounces name the member for sure; one copy each).',
  ),

  ownPosts: define('members', z.boolean(), true, 'New members get copies of what they post.'),
  duplicates: define(
    'members',
    z.boolean(),
    false,
    'New members get a copy even when To or Cc names them.',
  ),

  archivePolicy: define(
    'archive',
    z.enum(['public', 'private', 'never']),
    'private',
    'Who may read the archive; never: nothing is kept.',
  ),
} as const;

export type SettingName = keyof typeof settingTable;
export type Settings = {
  readonly [N in SettingName]: z.infer<(typeof settingTable)[N]['schema']>;
};

export const settingNames = Object.keys(settingTable) as readonly SettingName[];

export const initialSettings: Settings = Object.fromEntries(
  settingNames.map((name) => [name, settingTable[name].initial]),
) as Settings;

/** `subjectPrefix` and `subject-prefix` name the same setting. */
export function settingName(text: string): SettingName | undefined {
  const plain = text.replaceAll(/[-_]/g, '').toLowerCase();
  return settingNames.find((name) => name.toLowerCase() === plain);
}

export type SettingRead =
  | { readonly kind: 'value'; readonly value: Settings[SettingName] }
  | { readonly kind: 'wrong'; readonly wanted: string };

/** Checks a value for a setting, from the store or from a person. */
export function readSetting(name: SettingName, value: unknown): SettingRead {
  const parsed = settingTable[name].schema.safeParse(value, inEnglish);
  if (parsed.success) return { kind: 'value', value: parsed.data as Settings[SettingName] };
  return { kind: 'wrong', wanted: parsed.error.issues[0]?.message ?? 'another value' };
}
