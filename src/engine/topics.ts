/** Finds out what a posting is about. */
import { firstLines, type Message } from '../mail/message.ts';
import type { ListView } from '../model/list.ts';
import { hitsOf, type TopicHits } from '../model/topics.ts';

/** Fields that name topics; values of each that are looked at. */
const fields = ['subject', 'keywords'];
const maxValues = 20;

/** Which of the list's topics a posting is about; undefined where the list has none. */
export async function topicsOf(
  { settings }: ListView,
  message: Message,
): Promise<TopicHits | undefined> {
  if (settings.topics.length === 0) return undefined;
  const named = fields.flatMap((field) => message.headers.all(field).slice(0, maxValues));
  const { topicLines } = settings;
  const text = topicLines === 0 ? [] : await firstLines(message, topicLines);
  return hitsOf(settings.topics, [...named, ...text]);
}
