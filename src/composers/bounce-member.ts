/** What a member whose copies fail is told: a probe, warnings, and that he was removed. */
import type { Address } from '../mail/address.ts';
import type { Composition } from '../mail/compose.ts';
import { messageIdHash } from '../mail/message-id.ts';
import type { MissedPost, Patient, WarnedPatient } from '../model/care.ts';
import type { ListView } from '../model/list.ts';
import { failureValues, oneLine, type Tongue } from './bounce-texts.ts';
import { composeLetter } from './letter.ts';
import type { TemplateValues } from './template.ts';

/** A letter to one member. */
export type MemberLetter = Tongue & {
  readonly list: ListView;
  readonly to: Address;
  /** The entry in which it was decided; with the member it names the letter. */
  readonly cause: string;
  readonly now: number;
};

async function letterOf(
  { list, to, cause, now, texts, language }: MemberLetter,
  template: 'bounce-warning' | 'bounce-probe' | 'bounce-removed',
  { since, evidence }: Patient,
  more: TemplateValues = {},
): Promise<Composition> {
  const failure = await failureValues(evidence, list, { texts, language });
  const values = { address: to, since, ...failure, ...more };
  const rendered = await texts(template, language, list, values);
  return composeLetter({ list, to, rendered, cause: `${cause}/${template}/${to}`, now });
}

/** Delivery is stopped: why, what he missed, how it goes on. */
export async function composeBounceWarning(
  about: MemberLetter,
  patient: WarnedPatient,
): Promise<Composition> {
  const { bounceWarnings, bounceWarningDays, bounceRemoval, archiveUrl } = about.list.settings;
  const isEach = archiveUrl.includes('%h');
  return await letterOf(about, 'bounce-warning', patient, {
    missed: patient.missed.map((post) => missedValues(post, isEach ? archiveUrl : '')),
    more: patient.moreMissed,
    archive_url: isEach ? '' : archiveUrl,
    removal: bounceRemoval,
    left: Math.max(0, bounceWarnings - patient.warnings - 1),
    days: bounceWarningDays,
  });
}

/** `url` has `%h` for the hash of the Message-ID. */
function missedValues({ number, at, subject, author, messageId }: MissedPost, url: string) {
  return {
    number,
    at,
    subject: oneLine(subject),
    author: oneLine(author),
    url: url.replaceAll('%h', messageIdHash(messageId)),
  };
}

/** If this comes back, too, the address is dead. */
export async function composeProbe(about: MemberLetter, patient: Patient): Promise<Composition> {
  return await letterOf(about, 'bounce-probe', patient);
}

/** Goodbye. */
export async function composeBounceRemoval(
  about: MemberLetter,
  patient: Patient,
): Promise<Composition> {
  return await letterOf(about, 'bounce-removed', patient);
}
