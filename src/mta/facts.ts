import type { ServerFacts } from './types.ts';

/** What may be assumed of a server that only knows HELO. */
export const plainFacts: ServerFacts = {
  esmtp: false,
  pipelining: false,
  size: undefined,
  eightBit: false,
  smtputf8: false,
  dsn: false,
  enhancedCodes: false,
  xverp: false,
  chunking: false,
  startTls: false,
  auth: [],
  mailMax: Number.POSITIVE_INFINITY,
  rcptMax: Number.POSITIVE_INFINITY,
  rcptDomainMax: Number.POSITIVE_INFINITY,
};

/** Reads the lines of an answer to EHLO; the first one is the server's name. Later lines win. */
export function readFacts(lines: readonly string[]): ServerFacts {
  let facts: ServerFacts = { ...plainFacts, esmtp: true };
  for (const line of lines.slice(1)) {
    // AUTH=LOGIN is how servers before the standard spelt it.
    const [keyword = '', ...words] = line.trim().split(/[ =]+/);
    facts = { ...facts, ...readKeyword(keyword.toUpperCase(), words, facts) };
  }
  return facts;
}

function readKeyword(
  keyword: string,
  words: readonly string[],
  before: ServerFacts,
): Partial<ServerFacts> {
  switch (keyword) {
    case 'PIPELINING':
      return { pipelining: true };
    case 'SIZE':
      return { size: wholeNumber(words[0]) ?? 0 };
    case '8BITMIME':
      return { eightBit: true };
    case 'SMTPUTF8':
      return { smtputf8: true };
    case 'DSN':
      return { dsn: true };
    case 'ENHANCEDSTATUSCODES':
      return { enhancedCodes: true };
    case 'XVERP':
      return { xverp: true };
    case 'CHUNKING':
      return { chunking: true };
    case 'STARTTLS':
      return { startTls: true };
    case 'AUTH':
      return { auth: [...before.auth, ...words.map((word) => word.toUpperCase())] };
    case 'LIMITS':
      return readLimits(words);
    default:
      return {};
  }
}

/** `LIMITS RCPTMAX 20 MAILMAX 5` after splitting: names and numbers in turn (RFC 9422). */
function readLimits(words: readonly string[]): Partial<ServerFacts> {
  const limits: { -readonly [Key in 'mailMax' | 'rcptMax' | 'rcptDomainMax']?: number } = {};
  for (let i = 0; i + 1 < words.length; i += 2) {
    const limit = wholeNumber(words[i + 1]);
    // A limit of nothing at all cannot be meant, and would stop us for good.
    if (limit === undefined || limit === 0) continue;
    switch (words[i]?.toUpperCase()) {
      case 'MAILMAX':
        limits.mailMax = limit;
        break;
      case 'RCPTMAX':
        limits.rcptMax = limit;
        break;
      case 'RCPTDOMAINMAX':
        limits.rcptDomainMax = limit;
        break;
    }
  }
  return limits;
}

function wholeNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,15}$/.test(word) ? Number(word) : undefined;
}
