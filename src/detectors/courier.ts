/** Courier, whose sections are headed in capitals. Its fields are better, where they came. */
import { framed } from './reading/frame.ts';

const address = /^\s{0,3}<([^<>\s]{3,300})>:/;

export const courier = framed('courier', [
  {
    opens: /your message to the following recipients has been delayed/i,
    address,
    action: 'delayed',
  },
  { opens: /your message to the following recipients cannot be delivered/i, address },
]);
