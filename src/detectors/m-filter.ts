/** Digital Arts m-FILTER, whose text is Japanese and whose headings are not. */
import { first } from '../mail/report-parts.ts';
import { alone } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const mFilter = framed('m-filter', [
  {
    when: (report) => /m-filter/i.test(first(report.headers, 'x-mailer')),
    opens: /\S/,
    closes: /^-{3,}original m(?:essage|ail)/i,
    address: alone,
  },
]);
