/** Netscape, Openwave and Critical Path InterMail: at au, UOL, and cable companies. */
import { either } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

const closes = /^please reply to/i;

export const intermail = framed('intermail', [
  {
    opens: either(
      /this message was undeliverable due to the following reason|the user\(s\) account is/,
      /your message was not delivered within|each of the following recipients was rejected/,
      /following recipients did not receive this message|user's mailbox is full:/,
    ),
    closes,
    address: [
      /^\s{0,12}recipient:\s{0,3}<([^<>\s]{3,300})>/i,
      /^\s{0,4}<([^<>\s]{3,300})>(?=:|\s{0,3}$)/,
      /user's mailbox is full:\s{0,3}<([^<>\s]{3,300})>/i,
    ],
    above: true,
  },
  {
    // Netscape names the user in the middle of a line: `User quota exceeded: SMTP <a@b.c>`.
    opens: /this message was undeliverable due to the following reason/i,
    closes,
    address: /<([^<>\s]{3,300})>/,
    above: true,
  },
]);
