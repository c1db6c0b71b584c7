/** Who plays in the demo, and what they say. */

export const list = 'cats@lists.example';

export type Person = { readonly name: string; readonly address: string };

const ann: Person = { name: 'Ann Author', address: 'ann@people.example' };
const bob: Person = { name: 'Bob Brown', address: 'bob@people.example' };

export const owner = 'olga@people.example';

export const members: readonly Person[] = [
  ann,
  bob,
  ...['Carla', 'Dmitri', 'Emeka', 'Fatima', 'Gwen', 'Hiro', 'Ines', 'Jonas', 'Kim', 'Lea'].map(
    (name, n): Person => ({ name, address: `${name.toLowerCase()}@home${(n % 3) + 1}.example` }),
  ),
];

/** A file for `listmill member import`. */
export function rosterFile(): string {
  return `email,name\n${members.map(({ name, address }) => `${address},${name}\n`).join('')}`;
}

export type Posting = {
  readonly by: Person;
  readonly way: 'lmtp' | 'pipe';
  readonly subject: string;
  readonly text: string;
};

export const postings: readonly Posting[] = [
  {
    by: ann,
    way: 'lmtp',
    subject: 'Who feeds mine next week?',
    text: 'She is grey, she is loud, and she likes sardines.',
  },
  {
    by: bob,
    way: 'pipe',
    subject: 'Found: one grey cat',
    text: 'She is loud. Does anybody miss her?',
  },
];

/** The message as an MTA would have it. */
export function messageOf({ by, way, subject, text }: Posting, now: Date): string {
  const stamp = now.getTime().toString(36);
  return [
    `From: ${by.name} <${by.address}>`,
    `To: ${list}`,
    `Subject: ${subject}`,
    `Message-ID: <${way}.${stamp}@people.example>`,
    `Date: ${now.toUTCString().replace('GMT', '+0000')}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '',
  ].join('\r\n');
}
