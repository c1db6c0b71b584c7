/** The scenes that are also played by real processes which are really killed. */
import type { Scene } from '../plug.ts';
import { acceptScene, target } from './accept.ts';
import { archiveScene } from './archive.ts';
import { acceptBundleScene, unbundleScene } from './bundle.ts';
import { maildirScene } from './maildir.ts';

import { settleScene } from './settle.ts';

export const scenes: readonly Scene[] = [
  acceptScene('accept', [target('incoming', 1), target('incoming', 2), target('command', 3)]),
  acceptBundleScene,
  unbundleScene,
  maildirScene('maildir', false),
  archiveScene('archive', -1, true),
  settleScene('settle', [
    { fate: 'finish', changes: true, puts: 3 },
    { fate: 'later', puts: 1 },
    { fate: 'park', changes: true, puts: 1, lazily: true },
  ]),
];
