/** The ways in which reports write an address on a line. Group 1 is the address. */

const local = String.raw`[^\s<>"'@,;:()[\]]{1,128}`;
const domain = String.raw`[^\s<>"'@,;:()[\]]{1,200}`;

/** A form: what stands before the address, and after it. Linear: every repetition is bounded. */
function form(before: string, after = ''): RegExp {
  return new RegExp(`${before}(${local}@${domain})${after}`, 'iu');
}

/** One form of several, for lists of words that are too long for a line. */
export function either(...forms: readonly RegExp[]): RegExp {
  return new RegExp(forms.map((one) => one.source).join('|'), 'i');
}

const bullet = String.raw`(?:[*>•+-]{1,3}\s{1,5}|\d{1,3}[.)]\s{1,3})?`;

/** At the start of the line: bare, bracketed, quoted, bulleted, indented. */
export const leading = new RegExp(
  String.raw`^\s{0,40}${bullet}(?!\w{2,20}=)["'<]{0,2}([^\s<>"@,;:()[\]]{1,128}@${domain})` +
    String.raw`["'>]{0,3}(?=$|[\s:;,.)([-])`,
  'u',
);

const label =
  'recipient|address|addressee|user|userid|e-?mail|mailbox|error-for|destination|receiver|' +
  'alvo|destinat[aá]rio|destinataire|empf[aä]nger';

/** After a label: `Recipient: a@b.c`, `Failed Recipient: ..`, `To: [SMTP:a@b.c]`. */
export const labelled = form(
  String.raw`^\s{0,40}(?:[*>|-]{1,3}\s{0,3})?(?:[\p{L}()-]{2,20} ){0,3}(?:${label})` +
    String.raw`(?:\(s\)|s|\(es\)|es)?(?: (?:address|name|is|id))?\s{0,10}[:=]\s{0,10}` +
    String.raw`(?:rfc822;\s{0,5})?["'<[]{0,3}(?:SMTP:)?`,
);

/** What was said to the next server: `RCPT TO:<a@b.c>`. */
export const rcptTo = /\brcpt\s{1,3}to\s?:\s{0,3}<?([^\s<>@]{1,128}@[^\s<>@]{1,200})>?/i;

/** In a sentence: `delivering your mail to <a@b.c>`, `addressed to 'a@b.c'`. */
export const inSentence = form(
  String.raw`\b(?:to|for|recipients?|user|mailbox|address|account|errors)[,:]?\s{1,5}["'<(]{0,2}`,
);

/** At the end of a line, after a colon: `Unknown user: a@b.c`. */
export const afterColon = form(String.raw`:\s{0,5}["'<]{0,2}`, String.raw`["'>]{0,2}\.?$`);

/** After the reply of a host: `550 5.1.1 <a@b.c>... User unknown`. */
export const replied = new RegExp(
  String.raw`^\s{0,8}(?:<<< )?[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?` +
    String.raw`<?([^\s<>@]{1,128}@[^\s<>@]{1,200}?)>?(?:\.\.\.|:|,)`,
);

/** The message's own To, quoted in the notice. */
export const toField = form(String.raw`^\s{0,20}To:\s{1,20}(?:[^<>@\n]{0,100}<)?`);

/** Nothing but an address on the line. */
export const alone = /^\s{0,20}<?([^\s<>"]{1,200}@[^\s<>"]{1,200})>?\s{0,5}$/;
