/** PMDF and what became of it: iPlanet, Sun and Oracle Messaging Server. */
import { framed } from './reading/frame.ts';

/** The original address is the one that was mailed; it stands below what it was turned into. */
const address = [
  /^\s{0,8}original address:\s{0,5}(?:rfc822;)?([^\s]{3,300})/i,
  /^\s{0,8}recipient address:\s{0,5}(?:rfc822;)?([^\s]{3,300})/i,
];

export const pmdf = framed('pmdf', [
  { opens: /your message has been enqueued and undeliverable for/i, address, action: 'delayed' },
  { opens: /your message cannot be delivered to the following recipients/i, address },
]);
