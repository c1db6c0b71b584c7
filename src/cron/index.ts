/** The tasks of maintenance, in the order in which a crontab lists them. */
import type { Task } from '../model/task.ts';
import { archive } from './archive.ts';
import { bounces } from './bounces.ts';
import { clean } from './clean.ts';
import { digests } from './digests.ts';
import { held } from './held.ts';
import { requests } from './requests.ts';
import { store } from './store.ts';

export const tasks: readonly Task[] = [archive, bounces, clean, digests, held, requests, store];
