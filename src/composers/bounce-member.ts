/** What a member whose copies fail is told: a probe, warnings, and that he was removed. */
import type { Address } from '../mail/address.ts';
import type { Composition } from '../mail/compose.ts';
import { makeMessageId, messageIdHash } from '../mail/message-id.ts';
import type { Patient, WarnedPatient } from '../model/care.ts';
import type { ListView } from '../model/list.ts';
import { day, evidenceText, listTitle, missedText, ownerAddress } from './bounce-texts.ts';

/** A letter to one member. */
export type MemberLetter = {
  readonly list: ListView;
  readonly to: Address;
  /** The entry in which it was decided; with the member it names the letter. */
  readonly cause: string;
  readonly now: number;
};

function letterOf(
  { list, to, cause, now }: MemberLetter,
  what: string,
  subject: string,
  paragraphs: readonly string[],
): Composition {
  return {
    from: { name: listTitle(list), address: ownerAddress(list) },
    to: [{ address: to }],
    subject,
    text: `${paragraphs.filter((part) => part !== '').join('\n\n')}\n`,
    messageId: makeMessageId(`${cause}/${what}/${to}`, list.domain),
    date: now,
    autoSubmitted: 'auto-generated',
    precedence: 'bulk',
  };
}

/** Delivery is stopped: why, what he missed, how it goes on. */
export function composeBounceWarning(about: MemberLetter, patient: WarnedPatient): Composition {
  const { list } = about;
  const { bounceWarnings, bounceWarningDays, bounceRemoval, archiveUrl } = list.settings;
  const left = bounceWarnings - patient.warnings - 1;
  const isLast = left <= 0;
  const fate = bounceRemoval
    ? `If you do nothing you will be removed from the list ${
        isLast ? `in ${bounceWarningDays} days` : `after ${left} more of these messages`
      }.`
    : 'You stay on the list, without its mail.';
  const { missed, moreMissed, evidence, since } = patient;
  return letterOf(about, 'bounce-warning', `Your mail from ${list.address} came back`, [
    `Copies of postings to ${list.address} could not be delivered to you at ${about.to}.`,
    evidence === undefined ? '' : `The last time:\n\n${evidenceText(evidence)}`,
    `So since ${day(since)} you get no mail from this list.`,
    missed.length === 0 ? '' : `What you missed:\n\n${missedText(missed, moreMissed)}`,
    archiveUrl === '' || missed.length === 0 ? '' : placesText(archiveUrl, missed),
    `If this address is well again, or you want to use another one, write to\n\n    ${ownerAddress(list)}`,
    fate,
  ]);
}

/** Where the postings can be read. */
function placesText(url: string, missed: WarnedPatient['missed']): string {
  if (!url.includes('%h')) return `They can be read at\n\n    ${url}`;
  const places = missed.map(({ messageId }) => {
    return `    ${url.replaceAll('%h', messageIdHash(messageId))}`;
  });
  return `They can be read at\n\n${places.join('\n')}`;
}

/** If this comes back, too, the address is dead. */
export function composeProbe(about: MemberLetter, { evidence }: Patient): Composition {
  const { list } = about;
  return letterOf(about, 'bounce-probe', `Does mail from ${list.address} reach you?`, [
    `Some copies of postings to ${list.address} could not be delivered to you at ${about.to}.`,
    evidence === undefined ? '' : `The last time:\n\n${evidenceText(evidence)}`,
    'This message is a test. If you can read it, all is well and there is nothing to do.\n' +
      'If it comes back to us, too, you will get no more mail from this list.',
    `Questions? Write to the people who run the list: ${ownerAddress(list)}`,
  ]);
}

/** Goodbye. */
export function composeBounceRemoval(
  about: MemberLetter,
  { evidence, since }: Patient,
): Composition {
  const { list } = about;
  return letterOf(about, 'bounce-removal', `You were removed from ${list.address}`, [
    `Since ${day(since)} mail from ${list.address} could not be delivered to you at ${about.to}.`,
    evidence === undefined ? '' : `The last time:\n\n${evidenceText(evidence)}`,
    'You were told, and did not answer. So you are no member of the list any more.',
    `You are welcome to come back: write to ${ownerAddress(list)}.`,
  ]);
}
