import { TransientError } from '../ground/errors.ts';

/** How long each part of a conversation may take. All in milliseconds; RFC 5321 4.5.3.2. */
export type RelayTimeouts = {
  readonly connectMs: number;
  readonly greetingMs: number;
  /** EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET, each. */
  readonly commandMs: number;
  readonly dataMs: number;
  /** One piece of a body, until the kernel takes it. */
  readonly blockMs: number;
  /** From the final dot to its answer. */
  readonly dotMs: number;
  readonly quitMs: number;
  /** An unused connection is closed after this; must stay below the server's own limit. */
  readonly idleMs: number;
};

/** Where a relay listens. */
export type RelayPlace =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

/**
 * TLS with a relay: `opportunistic` encrypts where STARTTLS is offered and goes on in the clear
 * where it is not; `required` demands STARTTLS; `implicit` speaks TLS from the first byte.
 */
export type RelayTls = 'none' | 'opportunistic' | 'required' | 'implicit';

/** One MTA that takes our mail. */
export type RelaySettings = {
  /** Names the relay in logs and in `Relays`. */
  readonly name: string;
  readonly place: RelayPlace;
  readonly protocol: 'smtp' | 'lmtp';
  readonly tls: RelayTls;
  /**
   * Whether the certificate must be valid, for `required` and `implicit`. An opportunistic one
   * is never checked: whoever could forge it could as well strip STARTTLS.
   */
  readonly tlsRejectUnauthorized: boolean;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly tlsCa?: string;
  readonly auth?: { readonly user: string; readonly password: string };
  /** The name that we give in EHLO. */
  readonly helo: string;
  /** 0 means no limit of ours; the server's MAILMAX counts as well. */
  readonly maxMessagesPerConnection: number;
  /** 0 means no limit of ours; the server's RCPTMAX counts as well. */
  readonly maxRecipientsPerTransaction: number;
  readonly timeouts: RelayTimeouts;
};

/** Time-outs as RFC 5321 wants them; a connection unused for a minute is given back. */
export const defaultTimeouts: RelayTimeouts = {
  connectMs: 30_000,
  greetingMs: 300_000,
  commandMs: 300_000,
  dataMs: 120_000,
  blockMs: 180_000,
  dotMs: 600_000,
  quitMs: 5_000,
  idleMs: 60_000,
};

type RelayOptions = Partial<Omit<RelaySettings, 'timeouts'>> & {
  readonly timeouts?: Partial<RelayTimeouts>;
};

/** Fills in what is not said: plain-text SMTP to this machine's port 25. */
export function relaySettings(options: RelayOptions): RelaySettings {
  return {
    name: 'localhost',
    place: { kind: 'tcp', host: '127.0.0.1', port: 25 },
    protocol: 'smtp',
    tls: 'none',
    tlsRejectUnauthorized: true,
    helo: 'localhost',
    maxMessagesPerConnection: 0,
    maxRecipientsPerTransaction: 0,
    ...options,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
  };
}

/** What a server said of itself in its answer to EHLO. */
export type ServerFacts = {
  readonly esmtp: boolean;
  readonly pipelining: boolean;
  /** The largest message in octets; undefined where SIZE is not offered, 0 for no limit. */
  readonly size: number | undefined;
  readonly eightBit: boolean;
  readonly smtputf8: boolean;
  readonly dsn: boolean;
  readonly enhancedCodes: boolean;
  readonly xverp: boolean;
  readonly chunking: boolean;
  readonly startTls: boolean;
  /** The mechanisms, upper-case. */
  readonly auth: readonly string[];
  /** RFC 9422; Infinity where nothing is said. */
  readonly mailMax: number;
  readonly rcptMax: number;
  readonly rcptDomainMax: number;
};

/** The part of a transaction that an answer belongs to. */
export type Stage = 'mail' | 'rcpt' | 'data' | 'body';

/**
 * What became of recipients. At `rcpt` it is about the recipient, at `mail`, `data` and `body`
 * about the message (or, on deferral, about the server).
 */
export type Answer = {
  readonly kind: 'delivered' | 'deferred' | 'refused';
  readonly stage: Stage;
  readonly code: number;
  /** The enhanced status code (RFC 3463), or undefined. */
  readonly enhanced: string | undefined;
  readonly text: string;
  /** The server's name for the message, where it told one. */
  readonly queueId: string | undefined;
  /** We refused by what the server offers; nothing was asked. */
  readonly local: boolean;
};

/** Called the moment an answer arrives, with the indexes of the recipients that it is about. */
export type OnAnswer = (indexes: readonly number[], answer: Answer) => void;

/** Why a connection could not be made or was lost. */
export type Trouble =
  /** Nobody listens, or the host cannot be reached. */
  | 'refused'
  | 'timeout'
  /** The other side hung up. */
  | 'closed'
  /** 421, or a greeting other than 220: not now. */
  | 'busy'
  /** What came was not SMTP. */
  | 'protocol'
  | 'tls'
  | 'auth'
  /** We hung up. */
  | 'aborted';

/** The connection is no good; whatever was not answered stays unanswered. */
export class MtaError extends TransientError {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

/** For `catch`, which may be given anything. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
