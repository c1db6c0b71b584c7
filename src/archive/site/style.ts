/** The style of all pages: light and dark, narrow and wide. */
export const styleText = `:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fdfdfb; --dim: #5a5a5a;
  --line: #cfcfca; --link: #0b4f9c; --bar: #0b4f9c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e3; --paper: #161616;
  --dim: #a8a8a4; --line: #3c3c3a; --link: #8ab8ff; --bar: #8ab8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 0 1rem 3rem;
  font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  overflow-wrap: anywhere; }
header { border-bottom: 1px solid var(--line); padding: .75rem 0; display: flex;
  flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
.list { margin: 0; font-weight: 600; }
nav a { display: inline-block; padding: .35rem .5rem .35rem 0; }
a { color: var(--link); }
h1 { font-size: 1.4rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin-bottom: .25rem; }
ul.plain { list-style: none; margin: 0; padding: 0; }
ul.plain > li { padding: .4rem 0; border-bottom: 1px solid var(--line); }
.dim, time { color: var(--dim); font-size: .9rem; }
.text { white-space: pre-wrap; font: .95rem/1.45 ui-monospace, monospace; margin: 1rem 0; }
.q { color: var(--dim); }
article { border-top: 1px solid var(--line); padding: .5rem 0; }
.files { font-size: .9rem; }
img.chart { width: 100%; height: auto; display: block; margin: 1rem 0; }
input, button { font: inherit; padding: .5rem; max-width: 100%; color: inherit;
  background: transparent; border: 1px solid var(--dim); border-radius: .25rem; }
input { width: 24rem; }
#search p { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
mark { background: #ffe08a; color: #1c1c1c; }
`;
