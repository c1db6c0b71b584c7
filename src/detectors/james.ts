/** Apache James; Verizon's vtext gateway prints the same. */
import { alone } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const james = framed('james', [
  {
    opens: /error message below|invalid user address|message details:/i,
    address: /^\s{1,8}rcpt to: <?([^\s<>]{3,300})>?/i,
    above: true,
  },
  { opens: /failed recipients?(?:\(s\))?: /i, address: alone },
]);
