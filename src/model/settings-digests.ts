/** Settings of digests. */
import * as z from 'zod/mini';
import { volumeTurns, weekdays } from './digest-time.ts';
import { deliveryModes } from './list.ts';
import { bytes, count, define } from './setting.ts';

export const digestSettings = {
  mode: define(
    'members',
    z.enum(deliveryModes),
    'regular',
    'How new members get postings: regular, or as digests (mime, plain, html, summary), or by a notice of each.',
  ),
  digestBytes: define(
    'digests',
    bytes,
    30_720,
    'A digest goes out when its postings are as large as this together. 0: no matter how large.',
  ),
  digestPostings: define(
    'digests',
    count.check(z.maximum(1000)),
    0,
    'A digest goes out when it has as many postings. 0: no matter how many, up to 1000.',
  ),
  digestRhythm: define(
    'digests',
    z.enum(['none', 'daily', 'weekly', 'monthly']),
    'daily',
    'When a digest goes out however small it is; members may choose another rhythm for theirs.',
  ),
  digestHour: define(
    'digests',
    z.int().check(z.minimum(0), z.maximum(23)),
    12,
    'The hour of digests that go out by time, in timeZone.',
  ),
  digestWeekday: define('digests', z.enum(weekdays), 'monday', 'The day of weekly digests.'),
  digestVolume: define(
    'digests',
    z.enum(volumeTurns),
    'monthly',
    'How often a new volume begins; its issues count from 1.',
  ),
} as const;
