/**
 * Whose copy came back: the envelope first. A return path that we signed says it for sure; where
 * the MTA did not hand its detail over, To and its like may still hold it. Then what a DSN repeats
 * of our envelope (ENVID, ORCPT), and last what the report says of itself.
 */
import { type AddressKey, addressKey, parseAddress } from '../mail/address.ts';
import { parseMessageIds } from '../mail/message-id.ts';
import type { Report } from '../mail/report.ts';
import { first } from '../mail/report-parts.ts';
import { decodeVerp, type VerpTarget } from '../mail/verp.ts';
import type { Failure } from '../model/failure.ts';
import type { ListView } from '../model/list.ts';
import { listAddress } from '../model/list.ts';

/** Mailings with this in front are probes: one letter to one member. */
export const probePrefix = 'p-';

/** What the envelope proves. */
export type Returned = Pick<Failure, 'proof' | 'member' | 'mailing' | 'messageId'> & {
  /** The one whom it was sent to, where it proves that. */
  readonly recipient: AddressKey | undefined;
  readonly isProbe: boolean;
};

/** Whose return paths count, and what they are signed with. */
export type Signed = {
  readonly key: Buffer;
  readonly list: ListView;
  readonly separator: string;
};

/** What the detail of a return path says, where it is one of the list's. */
type Genuine = (detail: string) => VerpTarget | undefined;

/** Fields in which a bounce repeats the return path, where the MTA dropped its detail. */
const recipientFields = ['delivered-to', 'x-original-to', 'envelope-to', 'to', 'apparently-to'];
/** More addresses than this in one field are not looked at. */
const maxLooked = 20;

/**
 * Whose copy came back, as far as the report and its address say. What was sent before the list
 * was renamed is signed for the name that it had.
 */
export function returnedBy(
  report: Report,
  detail: string | undefined,
  { key, list, separator }: Signed,
): Returned {
  const messageId = parseMessageIds(first(report.original, 'message-id'))[0];
  const genuine: Genuine = (text) => {
    for (const { id } of [list, ...list.former]) {
      const target = decodeVerp({ key, list: id }, text);
      if (target) return target;
    }
    return undefined;
  };
  const target =
    (detail === undefined ? undefined : genuine(detail)) ??
    inHeader(report, genuine, list, separator) ??
    inEnvid(report, genuine);
  if (!target) {
    return { proof: 'none', messageId, recipient: undefined, isProbe: false };
  }
  const isProbe = target.mailing.startsWith(probePrefix);
  const about = { mailing: target.mailing, messageId, isProbe };
  switch (target.kind) {
    case 'recipient':
      return { ...about, proof: 'recipient', recipient: addressKey(target.recipient) };
    case 'number':
      return { ...about, proof: 'recipient', member: target.number, recipient: undefined };
    case 'shared': {
      const { recipient } = target;
      return { ...about, proof: 'mailing', recipient: recipient && addressKey(recipient) };
    }
  }
}

/** A signed return path somewhere in the header: as good as in the envelope, for it is signed. */
function inHeader(
  { headers }: Report,
  genuine: Genuine,
  list: ListView,
  separator: string,
): VerpTarget | undefined {
  for (const name of recipientFields) {
    for (const value of headers.get(name) ?? []) {
      for (const text of detailsIn(value, list, separator)) {
        const target = genuine(text);
        if (target) return target;
      }
    }
  }
  return undefined;
}

/** The details of bounce addresses of a list, by its name and those that it had. */
function* detailsIn(value: string, list: ListView, separator: string): Generator<string> {
  for (const one of [list, ...list.former]) {
    const [local = ''] = listAddress(one, 'bounces').split('@');
    yield* addressesLike(value, `${local}${separator}`.toLowerCase());
  }
}

/** What stands between `start` and the last `@` of each word that begins with it. */
function* addressesLike(value: string, start: string): Generator<string> {
  const words = value
    .slice(0, 10_000)
    .split(/[\s<>,;"]+/)
    .slice(0, maxLooked);
  for (const word of words) {
    const at = word.lastIndexOf('@');
    if (at > start.length && word.toLowerCase().startsWith(start)) {
      yield word.slice(start.length, at);
    }
  }
}

/** The ENVID that we gave, as the reporter repeats it (xtext, but ours needs none of it). */
function inEnvid({ status }: Report, genuine: Genuine): VerpTarget | undefined {
  const envid = first(status[0] ?? new Map(), 'original-envelope-id');
  return envid === '' ? undefined : genuine(envid);
}

/** The detail of a return path in a complaint (Original-Mail-From), which proves as much. */
export function detailOf(address: string, list: ListView, separator: string): string | undefined {
  const [detail] = detailsIn(address, list, separator);
  return detail;
}

/** An address of a report as the books know addresses. */
export function keyOf(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text.toLowerCase() : addressKey(address);
}
