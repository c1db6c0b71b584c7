/** The one script: searching in the browser, without a server. It folds words as `fold.ts` does. */

const wordsText = `'use strict';
/** The words of a text as the index has them. */
const wordsOf = (() => {
  const others = {
    'ß': 'ss', 'æ': 'ae', 'œ': 'oe', 'ø': 'o', 'đ': 'd', 'ð': 'd', 'þ': 'th', 'ł': 'l',
    'ı': 'i', 'ħ': 'h', 'ŧ': 't',
  };
  const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
  const classes = scripts.map((name) => '\\\\p{Script=' + name + '}').join('');
  const unspaced = new RegExp('[' + classes + 'ー々]+', 'gu');
  const fold = (text) =>
    text.normalize('NFKD').replace(/[\\u0300-\\u036f]+/g, '').normalize('NFC').toLowerCase()
      .replace(/[ßæœøđðþłıħŧ]/g, (letter) => others[letter]);
  const pairs = (run) => {
    const chars = [...run];
    return chars.length < 2 ? chars : chars.slice(1).map((char, n) => chars[n] + char);
  };
  return (text) =>
    fold(text).replace(unspaced, (run) => ' ' + pairs(run).join(' ') + ' ')
      .match(/[\\p{L}\\p{N}\\p{M}\\p{Co}]+/gu) || [];
})();
`;

const shardsText = `
/** Loads the index of a month; a script works from a disk as well as from a server. */
const shardOf = (() => {
  const shards = new Map();
  const waiting = new Map();
  window.listmillMonths = (names) => { shards.set('months', names); };
  window.listmillShard = (month, shard) => { shards.set(month, shard); };
  const load = (name) => new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = 'search/' + name + '.js';
    script.onload = () => { script.remove(); done(); };
    script.onerror = () => failed(new Error(name));
    document.head.append(script);
  });
  return async (name) => {
    if (!waiting.has(name)) waiting.set(name, load(name));
    await waiting.get(name);
    return shards.get(name);
  };
})();

/** The postings of a month that have all the words, the newest first. */
const hitsOf = (shard, wanted) => {
  const names = Object.keys(shard.words);
  let all;
  for (const word of wanted) {
    const begun = names.filter((name) => name.startsWith(word));
    const some = new Set(begun.flatMap((name) => shard.words[name]));
    all = all ? new Set([...all].filter((n) => some.has(n))) : some;
  }
  return [...(all || [])].sort((a, b) => b - a).map((n) => shard.docs[n]);
};
`;

const formText = `
const field = document.getElementById('words');
const said = document.getElementById('said');
const found = document.getElementById('found');
const most = 200;
let turn = 0;
const show = ([hash, subject, author, at]) => {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = 'm/' + hash + '.html';
  link.textContent = subject;
  const by = document.createElement('span');
  by.className = 'dim';
  by.textContent = ' ' + author + ', ' + at;
  item.append(link, by);
  found.append(item);
};
const run = async (text) => {
  turn += 1;
  const mine = turn;
  const wanted = [...new Set(wordsOf(text))];
  found.replaceChildren();
  said.textContent = '';
  if (wanted.length === 0) return;
  let count = 0;
  try {
    for (const month of await shardOf('months')) {
      said.textContent = count + ' found, looking at ' + month;
      const shard = await shardOf(month);
      if (mine !== turn) return;
      const hits = hitsOf(shard, wanted).slice(0, most - count);
      hits.forEach(show);
      count += hits.length;
      if (count >= most) break;
    }
    said.textContent = count >= most ? 'The newest ' + most + ' are shown.' : count + ' found.';
  } catch (error) {
    said.textContent = 'The index could not be loaded: ' + error.message;
  }
};
document.getElementById('search').addEventListener('submit', (event) => {
  event.preventDefault();
  location.hash = encodeURIComponent(field.value);
  run(field.value);
});
field.value = decodeURIComponent(location.hash.slice(1));
run(field.value);
`;

/** All of it. */
export const scriptText: string = wordsText + shardsText + formText;
