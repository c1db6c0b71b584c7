/**
 * Whose copy came back: the envelope first. A return path that we signed says it for sure; where
 * the MTA did not hand its detail over, To and its like may still hold it. Then what a DSN repeats
 * of our envelope (ENVID, ORCPT), and last what the report says of itself.
 */
import { type AddressKey, addressKey, parseAddress } from '../mail/address.ts';
import { parseMessageIds } from '../mail/message-id.ts';
import type { Report } from '../mail/report.ts';
import { first } from '../mail/report-parts.ts';
import { decodeVerp, type VerpKey, type VerpTarget } from '../mail/verp.ts';
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

/** Fields in which a bounce repeats the return path, where the MTA dropped its detail. */
const recipientFields = ['delivered-to', 'x-original-to', 'envelope-to', 'to', 'apparently-to'];
/** More addresses than this in one field are not looked at. */
const maxLooked = 20;

/** Whose copy came back, as far as the report and its address say. */
export function returnedBy(
  report: Report,
  detail: string | undefined,
  owner: VerpKey,
  list: ListView,
  separator: string,
): Returned {
  const messageId = parseMessageIds(first(report.original, 'message-id'))[0];
  const target =
    (detail === undefined ? undefined : decodeVerp(owner, detail)) ??
    inHeader(report, owner, list, separator) ??
    inEnvid(report, owner);
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
  owner: VerpKey,
  list: ListView,
  separator: string,
): VerpTarget | undefined {
  const start = `${listAddress(list, 'bounces').split('@')[0] ?? ''}${separator}`.toLowerCase();
  for (const name of recipientFields) {
    for (const value of headers.get(name) ?? []) {
      for (const text of addressesLike(value, start)) {
        const target = decodeVerp(owner, text);
        if (target) return target;
      }
    }
  }
  return undefined;
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
function inEnvid({ status }: Report, owner: VerpKey): VerpTarget | undefined {
  const envid = first(status[0] ?? new Map(), 'original-envelope-id');
  return envid === '' ? undefined : decodeVerp(owner, envid);
}

/** The detail of a return path in a complaint (Original-Mail-From), which proves as much. */
export function detailOf(address: string, list: ListView, separator: string): string | undefined {
  const [detail] = addressesLike(
    address,
    `${listAddress(list, 'bounces').split('@')[0] ?? ''}${separator}`.toLowerCase(),
  );
  return detail;
}

/** An address of a report as the books know addresses. */
export function keyOf(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? text.toLowerCase() : addressKey(address);
}
