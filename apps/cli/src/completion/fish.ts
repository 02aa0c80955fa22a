import { allCommands, type DescribedCommand, type DescribedFlag } from './described-command.ts'

/** Returns the script that completes a program in fish. */
export function fishScript(program: DescribedCommand, name: string): string {
  const lines = allCommands(program).flatMap(({ words, flags, commands, argument }) => {
    const where = `complete -c ${name} -n ${quoted(condition(words, commands))}`
    return [
      ...commands.map(({ words: own, about }) => `${where} -f -a ${own.at(-1)} -d ${quoted(about)}`),
      ...(argument.choices.length > 0 ? [`${where} -f -a ${quoted(argument.choices.join(' '))}`] : []),
      ...(argument.isFile ? [`${where} -F`] : []),
      ...flags.map((flag) => `${where} ${flagCode(flag)}`),
    ]
  })
  return `# completes ${name} in fish; install it with: ${name} completion fish > ~/.config/fish/completions/${name}.fish
complete -c ${name} -f
${lines.join('\n')}
`
}

/** Holds where the words of a command were typed, and none of the commands below it. */
function condition(words: readonly string[], below: readonly DescribedCommand[]): string {
  const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`)
  const next = below.map(({ words: own }) => own.at(-1)!)
  const unseen = next.length > 0 ? [`not __fish_seen_subcommand_from ${next.join(' ')}`] : []
  return [...seen, ...unseen].join('; and ') || 'true'
}

function flagCode({ names, about, value }: DescribedFlag): string {
  const parts = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  if (value)
    parts.push(value.choices.length > 0 ? `-x -a ${quoted(value.choices.join(' '))}` : value.isFile ? '-r -F' : '-x')
  return `${parts.join(' ')} -d ${quoted(about)}`
}

function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`
}
