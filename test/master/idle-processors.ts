/**
 * Loaded before a master (`--import`), it lets the machine look idle: how the suite grows must
 * not hang on what else runs beside the tests.
 */

import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

const idle: os.CpuInfo = {
  model: 'idle',
  speed: 0,
  times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 },
};
os.cpus = () => [idle];
syncBuiltinESMExports();
