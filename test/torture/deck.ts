/** Chances that all come: what is drawn is not drawn again before all has been. */
import type { Chance } from './torment.ts';

/** Draws from cards, each as often in a deck as it is said; shuffled anew when they are all out. */
export function deckOf<K extends string>(cards: Readonly<Record<K, number>>, chance: Chance) {
  const all = (Object.keys(cards) as K[]).flatMap((card) =>
    Array.from({ length: cards[card] }, () => card),
  );
  let left: K[] = [];
  return (): K | undefined => {
    if (left.length === 0) left = [...all];
    const [card] = left.splice(Math.floor(chance() * left.length), 1);
    return card;
  };
}
