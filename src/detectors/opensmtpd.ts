/** OpenSMTPD, as bounce.c writes it. */
import { framed } from './reading/frame.ts';

const address = /^\s{0,4}([^\s<>:]{1,150}@[^\s<>:]{1,200}): /;

export const opensmtpd = framed('opensmtpd', [
  {
    opens: /a message is delayed for more than|this is only a temporary failure report/i,
    address,
    action: 'delayed',
  },
  { opens: /an error has occurred while attempting to deliver a message for/i, address },
]);
