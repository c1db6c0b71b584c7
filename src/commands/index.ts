/** The orders that people give by mail, in the order in which `help` shows them. */
import type { Command } from '../model/command.ts';
import { accept } from './accept.ts';
import { claim } from './claim.ts';
import { confirm } from './confirm.ts';
import { discard } from './discard.ts';
import { echo } from './echo.ts';
import { end } from './end.ts';
import { help } from './help.ts';
import { info } from './info.ts';
import { join } from './join.ts';
import { leave } from './leave.ts';
import { lists } from './lists.ts';
import { mute, unmute } from './mute.ts';
import { reject } from './reject.ts';
import { set } from './set.ts';
import { show } from './show.ts';
import { which } from './which.ts';
import { who } from './who.ts';

export const commands: readonly Command[] = [
  help,
  info,
  join,
  leave,
  confirm,
  show,
  set,
  mute,
  unmute,
  which,
  lists,
  who,
  accept,
  reject,
  discard,
  claim,
  echo,
  end,
];
