/** Ipswitch IMail, known by `SMTP32` in X-Mailer under whatever name it goes. */
import { first } from '../mail/report-parts.ts';
import { framed } from './reading/frame.ts';

export const imail = framed('imail', [
  {
    when: (report) => /SMTP32/i.test(first(report.headers, 'x-mailer')),
    opens: /(?:user mailbox|delivery failed|unknown user|undeliverable|final delivery userid)/i,
    closes: /^original message follows/i,
    address: [
      /(?:user mailbox|delivery failed|unknown user|userid)[^:]{0,60}:\s{0,3}<?([^\s<>]{3,300})>?/i,
      /undeliverable\s{1,5}to\s{1,5}<?([^\s<>]{3,300})>?/i,
    ],
  },
]);
