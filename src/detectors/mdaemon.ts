/** Alt-N MDaemon, whose list is bulleted with `>`. */
import { leading } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const mdaemon = framed('mdaemon', [
  {
    opens: /addresses did not receive a copy of (?:your|this) message/i,
    closes: /^-{2,} session transcript/i,
    address: leading,
  },
  { opens: /\bfailed address:/i, address: /failed address:\s{0,5}<?([^\s<>]{3,300})>?/i },
  { opens: /- no such user here/i, address: /^\s{0,4}([^\s<>]{3,300}) - no such user here/i },
]);
