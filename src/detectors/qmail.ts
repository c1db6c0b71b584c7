/**
 * qmail-send's bounce message format (QSBMF): a paragraph that says hello, one for each recipient,
 * one of dashes. Half of the world has borrowed it, and edited the hello: Yahoo, Outblaze, Haraka.
 */
import type { Report } from '../mail/report.ts';
import type { Detector } from '../model/diagnosis.ts';
import { addressesOf } from './reading/addresses.ts';
import { bounce, type Found } from './reading/finding.ts';
import { either } from './reading/forms.ts';
import { marks } from './reading/origin.ts';
import { paragraphs } from './reading/paragraphs.ts';
import { isDelay } from './reading/tense.ts';

const intro = either(
  /\bhi[.!] this is the |this is a permanent error|i've given up/,
  /this is the (?:mail delivery agent|machine generated message|deliver program) (?:at|from)/,
  /this is the [\w-]{2,30} program at/,
  /unable to deliver (?:your )?message to the following|there's a problem with the e-mail address/,
  /your mail message to the following|your mail was not delivered to|check your send e-?mail/,
  /your message (?:could not|cannot|was not) (?:be )?delivered/,
  /we were(?: not able|n't able| unable) to deliver your message/,
  /não pôde ser entregue|no pudo ser entregado/,
);

export const qmail: Detector = {
  name: 'qmail',
  read(report) {
    if (marks(report) < 1) return undefined;
    const known = intro.test(report.notice.flat) || /^failure notice/i.test(report.subject);
    // Without a known hello, every mark of a report must be there.
    if (!known && marks(report) < 3) return undefined;
    const found = paragraphs(report);
    const action = isDelay(report) ? 'delayed' : 'failed';
    return bounce((found.length > 0 ? found : inFields(report)).map((f) => ({ ...f, action })));
  },
};

/** Yahoo's form without a paragraph: Subject and To of the message stand in the text. */
function inFields(report: Report): Found[] {
  const { flat, lines } = report.notice;
  if (!/wasn't able to deliver the following message/i.test(flat)) return [];
  const to = lines.find((line) => line.startsWith('To: '));
  const addresses = addressesOf(to === undefined ? undefined : [to]);
  return addresses.map((address) => ({ address, text: flat }));
}
