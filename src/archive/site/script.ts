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
/** Loads a part of the index; a script works from a disk as well as from a server. */
const partOf = (() => {
  const parts = new Map();
  const waiting = new Map();
  const add = (name, one) => {
    if (!parts.has(name)) parts.set(name, []);
    parts.get(name).push(one);
  };
  window.listmillMonths = (names) => { parts.set('months', names); };
  window.listmillPosting = (month, posting) => { add(month, posting); };
  window.listmillText = (month, text) => { add(month + '.text', text); };
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
    return parts.get(name) || [];
  };
})();

/** What is asked for: words one after the other, of which the last may go on unless in quotes. */
const termsOf = (text) =>
  [...text.matchAll(/"([^"]*)"?|(\\S+)/gu)]
    .map(([, quoted, bare]) => ({
      words: wordsOf(quoted ?? bare).map((word) => word.slice(0, 24)),
      goesOn: quoted === undefined || quoted.endsWith('*'),
    }))
    .filter(({ words }) => words.length > 0);

/** The postings of a month that have all of it, the newest first. */
const hitsOf = async (month, terms) => {
  const postings = await partOf(month);
  const wanted = terms.flatMap(({ words, goesOn }) =>
    words.map((word, n) => ' ' + word + (goesOn && n === words.length - 1 ? '' : ' ')));
  let found = [...postings.keys()].filter((one) => {
    const all = ' ' + postings[one][4] + ' ';
    return wanted.every((word) => all.includes(word));
  });
  const phrases = terms.filter(({ words }) => words.length > 1);
  if (phrases.length > 0 && found.length > 0) {
    const texts = await partOf(month + '.text');
    for (const { words, goesOn } of phrases) {
      const phrase = ' ' + words.join(' ') + (goesOn ? '' : ' ');
      found = found.filter((one) =>
        texts[one].split('\\n').some((part) => (' ' + part + ' ').includes(phrase)));
    }
  }
  // Lines are in the order in which they came, which need not be that of their times.
  return found.map((one) => postings[one]).sort((a, b) => (a[3] < b[3] ? 1 : -1));
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
  const terms = termsOf(text);
  found.replaceChildren();
  said.textContent = '';
  if (terms.length === 0) return;
  let count = 0;
  try {
    for (const month of await partOf('months')) {
      said.textContent = count + ' found, looking at ' + month;
      const all = await hitsOf(month, terms);
      if (mine !== turn) return;
      const hits = all.slice(0, most - count);
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
