/** Settings of the topics of a list. */
import * as z from 'zod/mini';
import { isWrong } from './pattern.ts';
import { define, line } from './setting.ts';
import { maxTopicLines, maxTopics, readTopic } from './topics.ts';

export const topicSettings = {
  topics: define(
    'topics',
    z
      .array(
        line.check(
          z.refine(
            (entry) => !isWrong(readTopic(entry)),
            'must be "NAME: PATTERN" or "NAME: PATTERN -- WHAT IT IS ABOUT"',
          ),
        ),
      )
      .check(z.maxLength(maxTopics)),
    [],
    'Topics among which members may choose: "NAME: PATTERN -- WHAT IT IS ABOUT". The pattern is looked for in Subject, in Keywords and in the first lines; several entries of one name are one topic.',
  ),
  topicLines: define(
    'topics',
    z.int().check(z.minimum(0), z.maximum(maxTopicLines)),
    5,
    'In how many lines at the top of the text topics are looked for, too.',
  ),
  untagged: define(
    'members',
    z.boolean(),
    false,
    'Members who chose topics, and do not say otherwise, get postings that are about none, too.',
  ),
} as const;
