/** MailEnable. */
import { framed } from './reading/frame.ts';

export const mailenable = framed('mailenable', [
  {
    opens: /message could not be delivered to some recipients/i,
    closes: /^message headers follow/i,
    address: /Recipient: \[SMTP:([^\s\]]{3,300})\]/i,
  },
]);
