/** Fills the holes of a message with one recipient's values, each in the form of its place. */
import { fillerOf, type PersonValues } from '../composers/template.ts';
import { parseAddress } from '../mail/address.ts';
import { htmlLine } from '../mail/decorate-html.ts';
import { linesOf } from '../mail/decorate-part.ts';
import { fixedLine } from '../mail/decorate-plain.ts';
import { fragmentName, type HoleForm, holeForms } from '../mail/hole.ts';
import { linkToken, linkUrl, unsubscribeAddress } from '../mail/link.ts';
import { mailto } from '../mail/mailto.ts';
import { quoted } from '../mail/transfer.ts';
import { encodeWords } from '../mail/words.ts';
import { names, type Person, type Personal, unsubscribeHole } from '../model/personal.ts';
import { addressAt, memberAt, type Recipients } from '../model/recipients.ts';

/** What links are made of, besides the member's number. */
export type LinkParts = {
  readonly key: Buffer;
  readonly separator: string;
  /** Where pages are served; empty: nowhere. */
  readonly url: string;
};

export type Persons = ReadonlyMap<number, Person>;

/** What fills the holes of one batch. */
export type Own = {
  readonly names: readonly string[];
  /** The values of one recipient of the batch, given how often each hole is there. */
  values(index: number, holes: readonly number[]): readonly string[];
};

const lineEnd = '\r\n';
/** Encoded lines have 76 characters at most; what stands behind a value gets a line of its own. */
const softAt = 60;

/** What fills the holes of a batch; who its recipients are is looked up where it is asked for. */
export async function ownCopies(
  personal: Personal,
  recipients: Recipients,
  links: LinkParts,
  persons: (numbers: readonly number[]) => Promise<Persons>,
): Promise<Own> {
  const copies = new OwnCopies(personal, links);
  const known: Persons = copies.wantsPersons ? await persons(numbersOf(recipients)) : new Map();
  return {
    names: copies.names,
    values(index, holes) {
      const number = memberAt(recipients, index);
      const person = number === undefined ? undefined : known.get(number);
      return copies.values(addressAt(recipients, index), number, person, holes);
    },
  };
}

function numbersOf(recipients: Recipients): number[] {
  const numbers: number[] = [];
  for (let n = 0; n < recipients.length; n += 1) {
    const number = memberAt(recipients, n);
    if (number !== undefined) numbers.push(number);
  }
  return numbers;
}

/** Writes the values of one mailing's holes. */
class OwnCopies {
  readonly #personal: Personal;
  readonly #links: LinkParts;
  readonly #fillers: readonly ((values: PersonValues) => string)[];
  readonly #leave: string;
  readonly names: readonly string[];
  /** Whether names, languages and attributes must be looked up. */
  readonly wantsPersons: boolean;

  constructor(personal: Personal, links: LinkParts) {
    const { fragments, name, domain, language } = personal;
    this.#personal = personal;
    this.#links = links;
    this.#fillers = fragments.map((text) => fillerOf(text, language));
    this.#leave = addressLink(`${name}-leave@${domain}`);
    this.names = [
      unsubscribeHole,
      ...fragments.flatMap((_, n) => holeForms.map((form) => fragmentName(n, form))),
    ];
    const known = ['name', 'language', 'attributes', 'options'];
    this.wantsPersons = known.some((word) => names(fragments, word));
  }

  /** One value for each name, in that order; nothing is made for names of which no hole is there. */
  values(
    address: string,
    number: number | undefined,
    person: Person | undefined,
    holes: readonly number[],
  ): readonly string[] {
    const values: string[] = [];
    const token = number === undefined ? undefined : this.#token('unsubscribe', number);
    values.push((holes[0] ?? 0) > 0 ? this.#unsubscribe(token) : '');
    if (this.#fillers.length === 0) return values;
    const known = this.#known(address, number, person, token);
    for (const [n, fill] of this.#fillers.entries()) {
      let filled: string | undefined;
      for (const [i, form] of holeForms.entries()) {
        const isThere = (holes[1 + n * holeForms.length + i] ?? 0) > 0;
        if (isThere && form !== 'page') filled ??= fill(known);
        if (!isThere) values.push('');
        else if (form === 'page') values.push(pagePiece(fill(escapedValues(known))));
        else values.push(written(filled ?? '', form));
      }
    }
    return values;
  }

  #known(
    address: string,
    number: number | undefined,
    person: Person | undefined,
    token: string | undefined,
  ): PersonValues {
    const { url } = this.#links;
    const preferences = () =>
      number !== undefined && url !== ''
        ? linkUrl(url, 'preferences', this.#token('preferences', number))
        : `${addressLink(`${this.#personal.name}-request@${this.#personal.domain}`)}?subject=show`;
    return {
      ...this.#personal.given,
      address,
      name: person?.name ?? '',
      language: person?.language ?? this.#personal.language,
      attributes: person?.attributes ?? {},
      options: person?.options ?? {},
      unsubscribe_link:
        token === undefined ? this.#leave : url === '' ? this.#mail(token) : this.#page(token),
      preferences_link: names(this.#personal.fragments, 'preferences_link') ? preferences() : '',
    };
  }

  /** What stands in List-Unsubscribe: the page that needs one press, and an address. */
  #unsubscribe(token: string | undefined): string {
    if (token === undefined) return `<${this.#leave}>`;
    const mail = `<${this.#mail(token)}>`;
    return this.#links.url === '' ? mail : `<${this.#page(token)}>,${lineEnd} ${mail}`;
  }

  #token(purpose: 'unsubscribe' | 'preferences', number: number): string {
    return linkToken(this.#links.key, purpose, number, this.#personal.links);
  }

  #page(token: string): string {
    return linkUrl(this.#links.url, 'unsubscribe', token);
  }

  #mail(token: string): string {
    const address = unsubscribeAddress(this.#personal, this.#links.separator, token);
    return address === undefined ? this.#leave : mailto(address).slice(1, -1);
  }
}

function addressLink(text: string): string {
  const address = parseAddress(text);
  return address === undefined ? `mailto:${text}` : mailto(address).slice(1, -1);
}

/** A value in the form that its place wants. */
function written(value: string, form: HoleForm): string {
  if (form === 'words') return encodeWords(value.replaceAll(/\s+/g, ' ').trim());
  const lines = linesOf(value.replace(/^(?:[ \t]*\r?\n)+/, ''));
  const laid =
    form === 'html'
      ? lines.map(htmlLine).join(`<br>${lineEnd}`)
      : lines.map((line) => fixedLine(line, form === 'flowed')).join(lineEnd);
  // Most values are a line of ASCII, which is its own encoding.
  if (form !== 'html' && isItself(laid)) return laid;
  const encoded = quoted(Buffer.from(laid), lineEnd).toString('latin1');
  const last = encoded.length - encoded.lastIndexOf('\n') - 1;
  return form === 'html' && last > softAt ? `${encoded}=${lineEnd}` : encoded;
}

function isItself(text: string): boolean {
  return text.length < softAt + 16 && /^[ -<>-~]*$/.test(text) && !text.endsWith(' ');
}

/** A piece of a page: its markup is its author's, the values are text. */
function pagePiece(html: string): string {
  return quoted(Buffer.from(html), lineEnd).toString('latin1');
}

function escapedValues(values: PersonValues): PersonValues {
  const safe = (text: string): string =>
    text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? safe(value)
        : Object.fromEntries(Object.entries(value).map(([key, text]) => [key, safe(text)])),
    ]),
  );
}
