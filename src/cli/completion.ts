/** `listmill completion`: a script that completes verbs in your shell. */
import { Argument, type Command, type Verb } from './command.ts';
import { writeLine } from './output.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export const completion: Verb = (program, io) => {
  program
    .command('completion')
    .description('print a completion script: eval "$(listmill completion bash)"')
    .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
    .action(async (shell: string) => {
      const families = program.commands.map(familyOf);
      const known = shells.find((name) => name === shell) ?? 'bash';
      await writeLine(io, scripts[known](families));
    });
};

/** A verb, and the words that may follow it. */
type Family = { readonly name: string; readonly help: string; readonly words: readonly string[] };

function familyOf(command: Command): Family {
  const words = [
    ...command.commands.map((inner) => inner.name()),
    ...[command, ...command.commands].flatMap(optionsOf),
  ];
  return { name: command.name(), help: command.description(), words: [...new Set(words)] };
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => (long ? [long] : []));
}

const scripts: Readonly<Record<Shell, (families: readonly Family[]) => string>> = {
  bash: (families) => `_listmill() {
  local word="\${COMP_WORDS[COMP_CWORD]}" verb= at=1
  while [ "$at" -lt "$COMP_CWORD" ]; do
    case "\${COMP_WORDS[at]}" in
      --site) at=$((at + 1)) ;;
      -*) ;;
      *) verb="\${COMP_WORDS[at]}"; break ;;
    esac
    at=$((at + 1))
  done
  case "$verb" in
    '') COMPREPLY=($(compgen -W "--site --help --version ${names(families)}" -- "$word")) ;;
${families.map(({ name, words }) => `    ${name}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word")) ;;`).join('\n')}
  esac
}
complete -o default -F _listmill listmill`,

  zsh: (families) => `#compdef listmill
_listmill() {
  local verb=\${words[2]}
  if (( CURRENT == 2 )); then
    compadd -- --site --help --version ${names(families)}
    return
  fi
  case $verb in
${families.map(({ name, words }) => `    ${name}) compadd -- ${words.join(' ')} ;;`).join('\n')}
  esac
  _files
}
compdef _listmill listmill`,

  fish: (families) =>
    families
      .flatMap(({ name, help, words }) => [
        `complete -c listmill -n __fish_use_subcommand -a ${name} -d ${quoted(help)}`,
        `complete -c listmill -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`,
      ])
      .join('\n'),
};

function names(families: readonly Family[]): string {
  return families.map(({ name }) => name).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
