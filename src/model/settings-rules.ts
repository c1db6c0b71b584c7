/** Settings of the rules, of DMARC and of the content filter. */
import * as z from 'zod/mini';
import { freshBytes } from '../ground/secret.ts';
import { deferrers } from './deferred.ts';
import { readHeaderMatch } from './header-match.ts';
import { hashPassword, isPasswordHash } from './password.ts';
import { isWrong, maxPatterns } from './pattern.ts';
import { readHours } from './quiet.ts';
import { isRuleName, readRuleAction } from './rule-table.ts';
import { addressPatterns, bytes, count, define, line } from './setting.ts';

const flag = z.boolean();
const words = z.array(line).check(z.maxLength(100));

const matches = (wantsAction: boolean) =>
  z
    .array(
      line.check(
        z.refine(
          (entry) => !isWrong(readHeaderMatch(entry, wantsAction)),
          wantsAction ? 'must be "FIELD: PATTERN => ACTION"' : 'must be "FIELD: PATTERN"',
        ),
      ),
    )
    .check(z.maxLength(maxPatterns));

const rejectionWay = z.enum(['notice', 'door', 'drop']);

export const ruleSettings = {
  senderFields: define(
    'posting',
    z.array(z.enum(['from', 'sender', 'envelope', 'reply-to'])).check(z.minLength(1)),
    ['from'],
    'Who counts as the sender of a posting: the address of any of these. Only From cannot be set to a member by a stranger without readers seeing it.',
  ),
  acceptNonmembers: define('posting', addressPatterns, [], 'Strangers who may post like members.'),
  holdNonmembers: define('posting', addressPatterns, [], 'Strangers whose postings are held.'),
  rejectNonmembers: define('posting', addressPatterns, [], 'Strangers whose postings go back.'),
  discardNonmembers: define('posting', addressPatterns, [], 'Strangers who are not heard.'),
  emergency: define('posting', flag, false, 'Hold everything for the time being.'),
  moderatorPassword: {
    ...define(
      'posting',
      z.string().check(z.refine((text) => text === '' || isPasswordHash(text), 'must be a hash')),
      '',
      'Accepts a posting that has it in an Approved field or first line; kept as a hash. Empty: none.',
    ),
    keep: (text: string) =>
      text === '' || isPasswordHash(text) ? text : hashPassword(text, freshBytes(16)),
  },
  rejections: define(
    'posting',
    rejectionWay,
    'notice',
    'How a rejected author hears of it: by a notice of ours, or by the mail server that offers the posting by LMTP (door: it writes the notice, to a perhaps forged sender), or not at all (drop).',
  ),
  rejectionsByRule: define(
    'posting',
    z
      .array(
        line.check(
          z.refine(
            (entry) => readRejectionWay(entry) !== undefined,
            'must be RULE=notice|door|drop',
          ),
        ),
      )
      .check(z.maxLength(100)),
    [],
    'Other ways for what some rules reject, for example banned=drop.',
  ),
  envelopeDecides: define(
    'posting',
    flag,
    false,
    'Where the mail server asks at RCPT (see policy): take the envelope sender for the author, so that strangers on a closed list are refused before their message is sent.',
  ),

  ruleActions: define(
    'rules',
    z
      .array(
        line.check(z.refine((entry) => readRuleAction(entry) !== undefined, 'must be RULE=ACTION')),
      )
      .check(z.maxLength(100)),
    [],
    'What hits mean where it is not the default, for example max-size=reject; "listmill rules" shows and sets them.',
  ),
  ruleOrder: define(
    'rules',
    z.array(line.check(z.refine(isRuleName, 'must name rules'))).check(z.maxLength(100)),
    [],
    'Rules in another order among themselves; the others keep their places.',
  ),
  headerMatches: define(
    'rules',
    matches(true),
    [],
    'In order, the first that is found decides: "FIELD: PATTERN => hold|reject|discard|accept|note".',
  ),
  suspiciousHeaders: define(
    'rules',
    matches(false),
    [],
    'Fields that make a posting suspicious: "FIELD: PATTERN".',
  ),
  administrivia: define('rules', flag, true, 'Hold what looks like an order to the list manager.'),
  quotedDigests: define(
    'rules',
    flag,
    true,
    'Whether postings may answer a digest under its subject or quote all of it; else they are held.',
  ),
  moderatedNewsgroup: define(
    'rules',
    line.check(
      z.refine((name) => /^$|^[a-z0-9_+-]+(\.[a-z0-9_+-]+)+$/.test(name), 'must be a newsgroup'),
    ),
    '',
    'The moderated newsgroup to which a gateway passes what the list distributes: each posting is held, as news servers ask no moderator again. Empty: none.',
  ),
  requireSubject: define('rules', flag, true, 'Hold postings without a subject.'),
  maxRecipients: define(
    'rules',
    count,
    10,
    'Hold postings with so many addresses in To and Cc. 0: no limit.',
  ),
  firstPosts: define(
    'rules',
    count,
    0,
    'How many postings of each author are held before he is trusted.',
  ),
  senderRate: define(
    'rules',
    count,
    100,
    'Postings that one author may send in rateMinutes; what ends an answering machine that nobody knows for one. 0: any number.',
  ),
  listRate: define(
    'rules',
    count,
    0,
    'Postings that the list takes in rateMinutes. 0: any number.',
  ),
  rateMinutes: define(
    'rules',
    z.int().check(z.minimum(1), z.maximum(44_640)),
    60,
    'The time in which postings are counted for senderRate and listRate.',
  ),
  duplicateDays: define(
    'rules',
    z.int().check(z.nonnegative(), z.maximum(365)),
    7,
    'How long a Message-ID is known again when it comes a second time. 0: not at all.',
  ),
  forbiddenAttachments: define(
    'rules',
    words,
    [],
    'Types and extensions that postings are held for: application/zip, video/*, .exe',
  ),
  maxAttachmentBytes: define('rules', bytes, 0, 'Largest attachment, decoded. 0: no limit.'),
  spamScore: define(
    'rules',
    z.number().check(z.nonnegative(), z.maximum(1000)),
    0,
    "Hold from this score of the mail server's filter on. 0: only what it calls spam.",
  ),
  authentication: define(
    'rules',
    z.enum(['ignore', 'not-failed', 'passed']),
    'ignore',
    'What trusted Authentication-Results must say of the domain in From.',
  ),
  deferredDelivery: define(
    'posting',
    z.enum(deferrers),
    'nobody',
    'Who may put off a posting by a Deferred-Delivery field: nobody, owners and moderators, or all authors.',
  ),
  quietHours: define(
    'rules',
    line.check(
      z.refine((value) => value === '' || readHours(value) !== undefined, 'must be HH:MM-HH:MM'),
    ),
    '',
    'Postings of this time of the day wait for its end, and mailings rest: 22:00-07:00.',
  ),
  timeZone: define(
    'rules',
    line.check(z.refine(isTimeZone, 'must be a time zone, such as Europe/Berlin')),
    'UTC',
    'The time zone of quietHours, and of the times at which digests go out.',
  ),

  dmarcAction: define(
    'dmarc',
    z.enum(['nothing', 'munge', 'alias', 'wrap', 'reject', 'discard']),
    'nothing',
    'For authors whose domain forbids what lists do: put the list into From, or an address of the list that stands for the author and hands answers on to him, wrap the message, reject or discard it.',
  ),
  dmarcPolicies: define(
    'dmarc',
    z.enum(['reject', 'quarantine', 'none', 'always']),
    'quarantine',
    'From which policy of the domain on: p=reject only, also quarantine, also none, or always.',
  ),
  dmarcExempt: define('dmarc', addressPatterns, [], 'Authors for whom nothing is done.'),
  dmarcForce: define('dmarc', addressPatterns, [], 'Authors for whom it is always done.'),

  filterContent: define('filter', flag, false, 'Filter the parts of each message.'),
  filterTypes: define('filter', words, [], 'Types that are removed: image/gif, video'),
  passTypes: define('filter', words, [], 'Types that are passed; empty: all that are not removed.'),
  filterExtensions: define('filter', words, [], 'Extensions that are removed: exe, bat'),
  passExtensions: define('filter', words, [], 'Extensions that are passed; empty: all others.'),
  collapseAlternatives: define(
    'filter',
    flag,
    true,
    'Of several forms of one text pass the first.',
  ),
  htmlToText: define('filter', flag, false, 'Turn HTML into plain text.'),
  filterEmpty: define(
    'filter',
    z.enum(['reject', 'discard', 'forward', 'preserve']),
    'reject',
    'When nothing is left: reject it, discard it, forward it to the owners, or keep it for the admin.',
  ),
} as const;

/** Reads `RULE=WAY`; undefined where it is none. */
export function readRejectionWay(
  entry: string,
): { readonly rule: string; readonly way: z.infer<typeof rejectionWay> } | undefined {
  const [rule = '', way = ''] = entry.split('=').map((part) => part.trim());
  const known = rejectionWay.safeParse(way);
  return isRuleName(rule) && known.success ? { rule, way: known.data } : undefined;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // a RangeError is how Intl says that it knows none of that name
  }
}
