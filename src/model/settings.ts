/**
 * The settings of a list: one schema with groups, defaults and help.
 *
 * CLI, import, documentation and every later surface are driven from this table; a new setting
 * is one line here and the code that obeys it.
 */
import * as z from 'zod/mini';
import { inEnglish } from '../ground/english.ts';
import { languages } from './language.ts';
import { action, bytes, define, line, text } from './setting.ts';
import { bounceSettings } from './settings-bounces.ts';
import { digestSettings } from './settings-digests.ts';
import { moderationSettings } from './settings-moderation.ts';
import { personalSettings } from './settings-personal.ts';
import { relativeSettings } from './settings-relatives.ts';
import { ruleSettings } from './settings-rules.ts';
import { subscriptionSettings } from './settings-subscriptions.ts';
import { topicSettings } from './settings-topics.ts';

export { type Group, groups } from './setting.ts';

/** Every setting of a list. */
export const settingTable = {
  displayName: define('identity', line, '', 'Name for people; empty: the list name.'),
  description: define('identity', line, '', 'One line that says what the list is for.'),
  language: define('identity', z.enum(languages), 'en', 'Language of what the list itself writes.'),
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
    'Other addresses that count as the list in To or Cc; ^PATTERN for several.',
  ),
  ...ruleSettings,

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
  noticePriority: define(
    'delivery',
    z.int().check(z.minimum(0), z.maximum(9)),
    3,
    'The same for what the list itself writes: confirmations, replies, notices.',
  ),
  verp: define(
    'delivery',
    z.enum(['never', 'sometimes', 'personal', 'always']),
    'never',
    'One return path for each recipient (bounces name the member for sure): never, on one posting in verpEvery, where copies are personal anyway, or always.',
  ),
  verpEvery: define(
    'delivery',
    z.int().check(z.minimum(1), z.maximum(10_000)),
    10,
    'For verp = sometimes: each posting whose number divides by this.',
  ),
  dsn: define(
    'delivery',
    z.enum(['none', 'envelope', 'recipient']),
    'envelope',
    'What we ask of MTAs that offer DSN: nothing; to name the mailing in reports (ENVID, headers alone); or the recipient, too (ORCPT, NOTIFY=FAILURE).',
  ),

  ...personalSettings,
  ...relativeSettings,

  ...topicSettings,
  ownPosts: define(
    'members',
    z.boolean(),
    true,
    'Members who do not say otherwise get copies of what they post.',
  ),
  duplicates: define(
    'members',
    z.boolean(),
    false,
    'Members who do not say otherwise get a copy even when To or Cc names them.',
  ),

  ...digestSettings,
  archivePolicy: define(
    'archive',
    z.enum(['public', 'private', 'never']),
    'private',
    'Who may read the archive; never: nothing is kept.',
  ),
  archivers: define(
    'archive',
    z.array(line).check(z.maxLength(50)),
    [],
    'Other archives that get each posting as well: names of [[archiver]] in the configuration.',
  ),
  ...bounceSettings,
  ...moderationSettings,
  ...subscriptionSettings,
} as const;

export type SettingName = keyof typeof settingTable;
export type Settings = {
  readonly [N in SettingName]: z.infer<(typeof settingTable)[N]['schema']>;
};

/** The names of the settings, in the order of the table. */
export const settingNames = Object.keys(settingTable) as readonly SettingName[];

/** The settings of a list of which nothing was changed. */
export const initialSettings: Settings = Object.fromEntries(
  settingNames.map((name) => [name, settingTable[name].initial]),
) as Settings;

/** `subjectPrefix` and `subject-prefix` name the same setting. */
export function settingName(text: string): SettingName | undefined {
  const plain = text.replaceAll(/[-_]/g, '').toLowerCase();
  return settingNames.find((name) => name.toLowerCase() === plain);
}

/** What is kept of what a person writes for a setting of text: of a password its hash. */
export function keptText(name: SettingName, written: string): string {
  const definition = settingTable[name];
  return 'keep' in definition ? definition.keep(written) : written;
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
