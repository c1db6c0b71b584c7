/** The DragonFly Mail Agent: one recipient a report. */
import { framed } from './reading/frame.ts';

export const dma = framed('dma', [
  {
    opens: /there was an error delivering your mail to /i,
    closes: /^(?:message headers|original message) follow/i,
    address: /delivering your mail to <([^<>\s]{3,300})>/i,
  },
]);
