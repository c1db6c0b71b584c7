/** Google before it sent RFC 3464 reports, and the sentences of those it sends now. */
import { leading } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const google = framed('google', [
  {
    opens: /delivery to the following recipients? has been delayed/i,
    closes: /^message will be retried/i,
    address: leading,
    action: 'delayed',
  },
  {
    opens: /delivery to the following recipients? (?:has )?failed/i,
    closes: /^technical details/i,
    address: leading,
  },
  {
    opens: /there was a temporary problem delivering your message to|delivery incomplete/i,
    address: /\bto <?([^\s<>@]{1,128}@[^\s<>@]{1,200}?)>?(?=[.,]? )/,
    action: 'delayed',
  },
  {
    opens: /your message wasn't delivered to (?=\S{1,200}@)/i,
    address: /\bwasn't delivered to <?([^\s<>@]{1,128}@[^\s<>@]{1,200}?)>?(?=[.,]?(?: |$))/i,
  },
]);
