/** The rows of the bench, in the order in which they run. */
import type { Row } from '../row.ts';
import { alert } from './alert.ts';
import { archive, archiveImport, archiveSearch } from './archive.ts';
import { archivePage } from './archive-page.ts';
import { backlog } from './backlog.ts';
import { bounceHistory, bounces, bouncesContention, classify, largeBounce } from './bounces.ts';
import { cli } from './cli.ts';
import { contention } from './contention.ts';
import { digest } from './digest.ts';
import {
  fanoutDkimEd25519,
  fanoutDkimRsa,
  fanoutPersonal,
  fanoutShared,
  fanoutVerp,
  fanoutXverp,
} from './fanout.ts';
import { idleCpu, idleLatency } from './idle.ts';
import { intakeLmtp, intakeMaildir, intakePipe } from './intake.ts';
import { largeMessage, million } from './memory.ts';
import { peers } from './peers.ts';
import { rules } from './rules.ts';
import { costCurve, ledgerCost, slowMta, workers } from './scale.ts';
import { smallPosts } from './small-posts.ts';
import { tuning } from './tuning.ts';

export const rows: readonly Row[] = [
  fanoutShared,
  fanoutVerp,
  fanoutPersonal,
  fanoutDkimEd25519,
  fanoutDkimRsa,
  fanoutXverp,
  slowMta,
  workers,
  costCurve,
  ledgerCost,
  peers,
  tuning,
  alert,
  million,
  largeMessage,
  idleCpu,
  idleLatency,
  intakeLmtp,
  intakePipe,
  intakeMaildir,
  backlog,
  rules,
  contention,
  smallPosts,
  cli,
  bounces,
  bouncesContention,
  bounceHistory,
  classify,
  largeBounce,
  archive,
  archiveImport,
  archiveSearch,
  archivePage,
  digest,
];
