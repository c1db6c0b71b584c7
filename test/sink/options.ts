import type { SunkMessage } from './ledger.ts';

/** The parts of a session that a scripted reply can stand in for. */
export type SinkStage = 'connect' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body' | 'rset' | 'quit';

/**
 * A scripted reply: at this stage, where the command line (for `body`: the envelope sender and
 * the recipients, blank-separated) matches. `drop` hangs up, `take` takes the
 * message and hangs up without a word, `silence` never answers.
 */
export type SinkRule = {
  readonly stage: SinkStage;
  readonly match: Pick<RegExp, 'test'>;
  readonly reply: string;
  /** Only so many times. */
  times?: number;
};

/** What a sink offers and how it misbehaves. */
export type SinkOptions = {
  /** 0 is any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Listens on a Unix socket instead. */
  readonly path?: string;
  readonly lmtp?: boolean;
  /** EHLO keywords; the default is what Postfix says. STARTTLS and AUTH add themselves. */
  readonly offers?: readonly string[];
  /** It knows HELO only. */
  readonly plain?: boolean;
  /** 452 for the recipients after so many in a transaction. */
  readonly maxRecipients?: number;
  /** 421 after so many refusals since the last message, like Postfix. */
  readonly maxErrors?: number;
  /** 421 to the MAIL after so many messages on a connection. */
  readonly messagesPerConnection?: number;
  /** Each reply waits for this. */
  readonly delayMs?: number;
  readonly rules?: readonly SinkRule[];
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean };
  readonly auth?: {
    readonly user: string;
    readonly password: string;
    readonly mechanisms: readonly string[];
  };
  /** A folder that gets every message: `new/<number>.eml`, with its envelope on top. */
  readonly store?: string;
  /** Keeps every command and message in memory, for tests. */
  readonly keep?: boolean;
  /** Told of each message at the moment it is taken. */
  readonly took?: (message: SunkMessage) => void;
};

/** What a sink offers if nothing is said. */
export const usualOffers = [
  'PIPELINING',
  'SIZE 104857600',
  'ETRN',
  'ENHANCEDSTATUSCODES',
  '8BITMIME',
  'DSN',
  'SMTPUTF8',
] as const;

/** Recipients at these domains are refused by every sink. */
const usualRules: readonly SinkRule[] = [
  { stage: 'rcpt', match: /@4xx\./i, reply: '451 4.7.1 later, please' },
  { stage: 'rcpt', match: /@5xx\./i, reply: '550 5.1.1 no such user' },
];

/** What the first rule that fits says; undefined where none does. */
export function scripted(
  rules: readonly SinkRule[],
  stage: SinkStage,
  subject: string,
): string | undefined {
  for (const rule of [...rules, ...usualRules]) {
    if (rule.stage !== stage || rule.times === 0 || !rule.match.test(subject)) continue;
    if (rule.times !== undefined) rule.times--;
    return rule.reply;
  }
  return undefined;
}
