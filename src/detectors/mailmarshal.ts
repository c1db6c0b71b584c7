/** Trustwave (Marshal) MailMarshal: the reason stands above those it affects. */
import { alone } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const mailmarshal = framed('mailmarshal', [
  {
    opens: /could not be delivered because of/i,
    closes: /^(?:\+{5,}|additional information)/i,
    address: alone,
    above: true,
  },
]);
