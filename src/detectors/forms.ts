/** The ways in which reports write an address on a line. Group 1 is the address. */

/** At the start of the line: bare, bracketed, quoted, bulleted, indented. */
export const leading =
  /^\s{0,40}(?:[*>•+-]{1,3}\s{1,5}|\d{1,3}[.)]\s{1,3})?["'<]{0,2}([^\s<>"@,;:()[\]]{1,128}@[^\s<>"'@,;:()[\]]{1,200})["'>]{0,3}(?=$|[\s:;,.)([-])/u;

/** After a label: `Recipient: a@b.c`, `Failed Recipient: ..`, `To: [SMTP:a@b.c]`. */
export const labelled =
  /^\s{0,40}(?:[*>|-]{1,3}\s{0,3})?(?:[\p{L}()-]{2,20} ){0,3}(?:recipient|address|addressee|user|userid|e-?mail|mailbox|error-for|destination|alvo|destinat[aá]rio|destinataire|empf[aä]nger|to|receiver)(?:\(s\)|s|\(es\)|es)?(?: (?:address|name|is|id))?\s{0,10}[:=]\s{0,10}(?:rfc822;\s{0,5})?["'<[]{0,3}(?:SMTP:)?([^\s<>"'@,;:()[\]]{1,128}@[^\s<>"'@,;:()[\]]{1,200})/iu;

/** What was said to the next server: `RCPT TO:<a@b.c>`. */
export const rcptTo = /\brcpt\s{1,3}to\s?:\s{0,3}<?([^\s<>@]{1,128}@[^\s<>@]{1,200})>?/i;

/** In a sentence: `delivering your mail to <a@b.c>`, `addressed to 'a@b.c'`. */
export const inSentence =
  /\b(?:to|for|recipients?|user|mailbox|address|account|errors:),?\s{1,5}["'<(]{0,2}([^\s<>"'@,;:()[\]]{1,128}@[^\s<>"'@,;:()[\]]{1,200})/iu;

/** At the end of a line, after a colon: `Unknown user: a@b.c`. */
export const afterColon =
  /:\s{0,5}["'<]{0,2}([^\s<>"'@,;:()[\]]{1,128}@[^\s<>"'@,;:()[\]]{1,200})["'>]{0,2}\.?$/u;
