/**
 * Every key of `listmill.toml`, with its limits. `config/listmill.toml` says what each is for.
 *
 * Units stand at the end of a name (Ms, Bytes, Days). Every object is strict: a key that nobody
 * reads is an error, not a wish.
 */
import * as z from 'zod/mini';
import { archiverSchema } from './config-archivers.ts';
import { dkimSchema, dnsSchema, placeSchema, policySchema, rulesSchema } from './config-rules.ts';

const ms = z.int().check(z.minimum(1), z.maximum(2_147_483_647));
const size = z.int().check(z.minimum(1));
const days = z.number().check(z.positive(), z.maximum(36_500));
const word = z.string().check(z.minLength(1), z.maxLength(1000));
const mailAddress = word.check(z.regex(/^\S+@[^\s@]+$/, { error: 'a mail address' }));

/** A section that may be left out: then all of it is as its own defaults say. */
function section<S extends z.core.$ZodShape>(shape: S) {
  const object = z.strictObject(shape);
  return z._default(object, object.parse({}) as never);
}

/** How many processes of a runner, and when one is replaced. */
const runnerSchema = z.strictObject({
  /** Processes at least, and at most; the master moves between them by backlog. */
  workers: z._default(z.int().check(z.minimum(0), z.maximum(64)), 1),
  maxWorkers: z.optional(z.int().check(z.minimum(1), z.maximum(64))),
  /** Resident memory above which a worker finishes what it has and is replaced. */
  memoryMb: z._default(z.int().check(z.minimum(64)), 512),
  /** Look at the queue at least this often, notified or not. */
  pollMs: z._default(ms, 60_000),
  /** A worker that gives no sign of life for so long is replaced. */
  hangMs: z._default(ms, 300_000),
});

const relaySchema = z.strictObject({
  /** What logs and limits call it; host and port where it has no name. */
  name: z.optional(word),
  /** Only for these (`.example.org`: those below it); empty: all that no other relay names. */
  domains: z._default(z.array(word), []),
  host: z._default(word, '127.0.0.1'),
  port: z._default(z.int().check(z.minimum(1), z.maximum(65_535)), 25),
  /** Its share among several relays; 0: only when all others are down. */
  weight: z._default(z.int().check(z.nonnegative(), z.maximum(1000)), 1),
  tls: z._default(z.enum(['none', 'opportunistic', 'required', 'implicit']), 'opportunistic'),
  tlsVerify: z._default(z.boolean(), true),
  user: z.optional(word),
  /** A file whose first line is the password. */
  passwordFile: z.optional(word),
  helo: z.optional(word),
  maxMessagesPerConnection: z._default(z.int().check(z.nonnegative()), 0),
});

/** A limit: of all, or of what goes to a domain, from a list, over a relay. */
const paceSchema = z.strictObject({
  /** `example.org`, `.example.org` for what is below it, `*`: for each domain by itself. */
  domain: z.optional(word.check(z.toLowerCase())),
  list: z.optional(word.check(z.toLowerCase())),
  relay: z.optional(word),
  messages: z.optional(size),
  perMs: z._default(ms, 1000),
  /** Batches that are under way at once, over all workers. */
  concurrent: z.optional(size),
  /** How many on the first day, the second ...; after that `messages` alone counts. */
  warmUp: z._default(z.array(size), []),
  warmUpFrom: z.optional(z.string().check(z.regex(/^\d{4}-\d\d-\d\d$/, 'must be 2026-11-24'))),
});

export const configSchema = z.strictObject({
  spool: z._default(word, 'spool'),
  var: z._default(word, 'var'),
  site: section({
    /** Who is asked when nobody else is responsible; also the sender of last resort. */
    owner: z._default(mailAddress, 'postmaster@localhost'),
    /** Between the name of a sub-address and its detail, as the MTA has it. */
    separator: z._default(z.enum(['+', '=', '-', '_', '.']), '+'),
  }),
  log: section({
    level: z._default(z.enum(['trace', 'debug', 'info', 'warn', 'error']), 'info'),
    /** A file below `var`, an absolute path, or `stderr`. */
    to: z._default(word, 'log/listmill.log'),
    /** Member addresses in the log as they are, or as a keyed hash. */
    addresses: z._default(z.enum(['plain', 'hashed']), 'plain'),
  }),
  limits: section({
    messageBytes: z._default(size, 104_857_600),
    headerBytes: z._default(size, 262_144),
    /** Entries that may wait in one queue before intake says "later". */
    queueDepth: z._default(size, 1_000_000),
    /** Intake says "later" when the disk has less than this. */
    freeBytes: z._default(z.int().check(z.nonnegative()), 67_108_864),
    /** How often a message may end its worker before it is shunted. */
    crashes: z._default(z.int().check(z.minimum(1), z.maximum(100)), 3),
  }),
  lmtp: section({
    /** `host:port`, or `unix:PATH` (relative to `var`). Empty: no LMTP. */
    listen: z._default(z.array(placeSchema), ['127.0.0.1:8024', 'unix:run/lmtp.sock']),
    maxClients: z._default(size, 100),
    maxRecipients: z._default(size, 1000),
    idleMs: z._default(ms, 300_000),
  }),
  policy: policySchema,
  rules: rulesSchema,
  dns: dnsSchema,
  dkim: dkimSchema,
  web: section({
    /** Where the pages of this site are served; empty: nowhere, and no link says so. */
    url: z._default(
      z
        .string()
        .check(z.regex(/^(?:https:\/\/[^\s<>"?#]{1,400})?$/, 'https://HOST/PATH, or empty')),
      '',
    ),
  }),
  maildir: section({
    /** Maildir folders to which an MTA delivers (relative to `var`). Empty: none. */
    folders: z._default(z.array(word), []),
    pollMs: z._default(ms, 10_000),
  }),
  outgoing: section({
    /** Recipients in one batch: what one connection takes in hand, and one entry holds. */
    batchRecipients: z._default(z.int().check(z.minimum(1), z.maximum(5000)), 2000),
    /** Recipients in one transaction at most; the MTA's own limit counts as well. */
    transactionRecipients: z._default(z.int().check(z.minimum(1), z.maximum(5000)), 500),
    /** Recipients that are cut from the roster and sorted by domain at a time. */
    sliceRecipients: z._default(z.int().check(z.minimum(1), z.maximum(100_000)), 10_000),
    /** Connections of one worker. */
    connections: z._default(z.int().check(z.minimum(1), z.maximum(256)), 4),
    /** Waits between attempts after a 4xx; the last one repeats. */
    retryMs: z._default(
      z.array(ms).check(z.minLength(1)),
      [300_000, 900_000, 3_600_000, 10_800_000],
    ),
    expireDays: z._default(days, 5),
    /** Let MTAs that offer XVERP make the return paths of single recipients. */
    xverp: z._default(z.boolean(), true),
    connectMs: z._default(ms, 30_000),
    replyMs: z._default(ms, 300_000),
    /** An idle connection is closed after this: before the server does it. */
    idleMs: z._default(ms, 60_000),
  }),
  relay: z._default(z.array(relaySchema).check(z.minLength(1)), [relaySchema.parse({})]),
  pace: z._default(z.array(paceSchema), []),
  runners: z._default(z.record(z.string(), runnerSchema), {}),
  master: section({
    /** How long a worker may go on with its claims after it was asked to stop. */
    graceMs: z._default(ms, 30_000),
    beatMs: z._default(ms, 30_000),
    backoffMs: z._default(ms, 1000),
    maxBackoffMs: z._default(ms, 300_000),
    healthyMs: z._default(ms, 60_000),
    /** Waiting entries for each worker above which another is started. */
    backlogPerWorker: z._default(size, 50),
    /** Who may speak to the control socket besides the suite's own user. */
    socketMode: z._default(z.string().check(z.regex(/^0[0-7]{3}$/)), '0660'),
  }),
  clean: section({
    tmpHours: z._default(z.number().check(z.positive()), 36),
    heldDays: z._default(days, 90),
    shuntDays: z._default(days, 90),
    badDays: z._default(days, 30),
    settledDays: z._default(days, 7),
    /** How long the books say what became of mailings. */
    historyDays: z._default(days, 400),
    /** How long the ledger says what became of each copy; 0: none is kept. */
    ledgerDays: z._default(z.number().check(z.nonnegative(), z.maximum(36_500)), 30),
    /** How long failures of copies are kept as evidence. */
    bounceDays: z._default(days, 180),
  }),
  commands: section({
    /** Commands of one message that are obeyed, and lines that are none before the rest is prose. */
    perMessage: z._default(size, 25),
    strayLines: z._default(size, 5),
    /** How long a request waits for the subscriber, and for a moderator. */
    confirmDays: z._default(days, 3),
    moderateDays: z._default(days, 30),
    /** Messages that strangers may make us send to one address, over all lists. */
    strangerHour: z._default(size, 1),
    strangerDay: z._default(size, 3),
    /** Messages that one sender who is not shown to be real may make us send, to anybody. */
    sourceHour: z._default(size, 5),
    sourceDay: z._default(size, 20),
    /** Answers that are handed on to one author by his alias (see dmarcAction). */
    aliasHour: z._default(size, 20),
    aliasDay: z._default(size, 60),
    /** Replies a day to a sender who is shown to be real. */
    answersDay: z._default(size, 50),
  }),
  /** Archives of others. */
  archiver: z._default(z.array(archiverSchema).check(z.maxLength(50)), []),
  archive: section({
    /** Volumes that were not written for so long are packed. */
    packDays: z._default(days, 40),
  }),
  backup: section({
    /** Below `var`, or absolute. */
    folder: z._default(word, 'backup'),
    keep: z._default(z.int().check(z.minimum(1), z.maximum(1000)), 7),
  }),
});

export type Config = z.infer<typeof configSchema>;
export type RunnerConfig = z.infer<typeof runnerSchema>;
export type RelayConfig = z.infer<typeof relaySchema>;

/** What a runner has that the file does not name. */
export function runnerConfig(config: Config, name: string): RunnerConfig {
  return config.runners[name] ?? runnerSchema.parse({});
}
