/** Trend Micro InterScan: the session stands in it, arrows and all, in any language. */
import { rcptTo } from './reading/forms.ts';
import { framed } from './reading/frame.ts';

export const interscan = framed('interscan', [
  {
    opens: /message from interscan|(?:sent|送信) {1,3}<<<|unable to deliver message to </i,
    closes: /^\*+\s{1,20}end of message/i,
    address: [/unable to deliver message to:? <([^<>\s]{3,300})>/i, rcptTo],
    above: true,
  },
]);
