import type { Command } from '../model/command.ts';
import { wish } from '../model/wishing.ts';

/** Joins, or with `address=` asks another address whether it wants to: its owner must answer. */
export const join: Command = {
  verbs: ['join', 'subscribe'],
  help: 'help-join',
  once: true,
  obey: (order, view) => wish('join', order, view),
};
