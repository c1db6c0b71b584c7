/** `listmill shunt`: mail that we failed on. It is whole; when the cause is gone it goes on. */
import type { Verb } from './command.ts';
import { addDelete, addLooking, addRequeue } from './parked.ts';

export const shunt: Verb = (program, io) => {
  const family = program.command('shunt').description('mail that we failed on');
  addLooking(family, io, 'shunt');
  addRequeue(family, io, 'shunt');
  addDelete(family, io, 'shunt');
};
