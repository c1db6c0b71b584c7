/** `listmill bad`: what is no message, or no entry, at all. */
import type { Verb } from './command.ts';
import { addDelete, addLooking, addRequeue } from './parked.ts';

export const bad: Verb = (program, io) => {
  const family = program.command('bad').description('what is no mail at all');
  addLooking(family, io, 'bad');
  addRequeue(family, io, 'bad');
  addDelete(family, io, 'bad');
};
