/**
 * A round among the bouncing members of a list: probes, warnings, removals, and one letter to the
 * owners. All of it is one outcome, so it happens exactly once; what is read is numbered, so that
 * of two rounds at one time one looks again.
 */
import {
  composeBounceRemoval,
  composeBounceWarning,
  composeProbe,
} from '../composers/bounce-member.ts';
import { composeBounceNews } from '../composers/bounce-owners.ts';
import { type Address, addressKey, parseAddress } from '../mail/address.ts';
import { type Composition, compose } from '../mail/compose.ts';
import { encodeVerp } from '../mail/verp.ts';
import { type Care, isIdle, type Patient } from '../model/care.ts';
import type { Change } from '../model/change.ts';
import type { EntryMeta } from '../model/entry.ts';
import { type ListId, rootId } from '../model/ids.ts';
import { type ListView, listAddress } from '../model/list.ts';
import { finish, type Letter, later, letter, type Outcome, park } from '../model/outcome.ts';
import { type BounceDesk, ownersOf } from './bounces.ts';
import { probePrefix } from './returned.ts';
import type { Texts } from './templates.ts';

export type RoundParts = {
  readonly verpKey: Buffer;
  readonly care: (list: ListId, now: number) => Promise<Care>;
  readonly texts: Texts;
};

/** One step's worth of a round; again at once while there is more. */
export async function roundStep(
  { meta }: { readonly meta: EntryMeta },
  desk: BounceDesk,
  parts: RoundParts,
): Promise<Outcome<'virgin'>> {
  const list = meta.list && (await desk.books.list(meta.list));
  if (!list) return { fate: park('shunt', `there is no list ${meta.list}`) };
  const care = await parts.care(list.id, desk.now);
  if (isIdle(care)) return { fate: finish };
  const { probes, warnings, removals } = care;
  const counts = {
    probed: probes.length,
    warned: warnings.length,
    removed: removals.length,
    disabled: care.disabled.length,
    storms: care.storms.length,
  };
  return {
    changes: [caredFor(list.id, care)],
    puts: letters(meta, list, care, desk, parts),
    // What was just done is due no more, so this comes to an end.
    fate: later(desk.now, { why: 'there may be more' }),
    tell: { event: 'bounce-round', ...counts },
  };
}

function caredFor(list: ListId, care: Care): Change {
  const numbers = (some: readonly Patient[]) => some.map(({ number }) => number);
  return {
    kind: 'cared',
    list,
    round: care.round,
    probed: numbers(care.probes),
    warned: numbers(care.warnings),
    removed: numbers(care.removals),
    told: {
      disabled: numbers(care.disabled),
      storms: care.storms.map(({ seq }) => seq),
      complaints: care.complaints.map(({ seq }) => seq),
      ours: care.ours.length > 0,
    },
  };
}

async function* letters(
  meta: EntryMeta,
  list: ListView,
  care: Care,
  desk: BounceDesk,
  { verpKey: key, texts }: RoundParts,
): AsyncGenerator<Letter<'virgin'>> {
  const { separator } = desk.config.site;
  // A key is used once in the life of an entry, which may have several rounds.
  const turn = `x${meta.round}`;
  const cause = `${meta.id}.${meta.round}`;
  const about = async (to: Address) => {
    const language = await desk.books.people.language(list.id, addressKey(to));
    return { list, to, cause, now: desk.now, texts, language };
  };
  const bounces = parseAddress(listAddress(list, 'bounces'));
  for (const [patient, to] of reachable(care.probes)) {
    const mailing = `${probePrefix}${rootId(meta.id)}`;
    const verp = bounces && { key, list: list.id, bounces, mailing, separator };
    const path = verp && encodeVerp(verp, to, patient.number);
    if (path === undefined) continue;
    const composed = await composeProbe(await about(to), patient);
    yield await notice(meta, list, `p${patient.number}${turn}`, [to], composed, path);
  }
  for (const [patient, to] of reachable(care.warnings)) {
    const composed = await composeBounceWarning(await about(to), patient);
    yield await notice(meta, list, `w${patient.number}${turn}`, [to], composed);
  }
  for (const [patient, to] of reachable(care.removals)) {
    const composed = await composeBounceRemoval(await about(to), patient);
    yield await notice(meta, list, `r${patient.number}${turn}`, [to], composed);
  }
  const removed = list.settings.bounceTellOwners ? care.removals : [];
  const { disabled, storms, complaints, ours } = care;
  const news = { disabled, removed, storms, complaints, ours };
  if (Object.values(news).every((some) => some.length === 0)) return;
  const to = await ownersOf(list, desk);
  const { language } = list.settings;
  const composed = await composeBounceNews(
    { list, to, cause, now: desk.now, texts, language },
    news,
  );
  yield await notice(meta, list, `o${turn}`, to, composed);
}

function* reachable<P extends Patient>(some: readonly P[]): Generator<readonly [P, Address]> {
  for (const patient of some) {
    const to = parseAddress(patient.address);
    if (to !== undefined) yield [patient, to];
  }
}

async function notice(
  meta: EntryMeta,
  list: ListView,
  key: string,
  to: readonly Address[],
  composition: Composition,
  returnPath: string | null = null,
): Promise<Letter<'virgin'>> {
  const bytes = await compose(composition);
  return letter(
    'virgin',
    meta,
    { kind: 'notice', to: [...to], returnPath },
    { key, list: list.id, sender: null, message: { kind: 'text', bytes } },
  );
}
