import { allCommands, type DescribedCommand } from './described-command.ts'
import { place, quoted } from './shell-text.ts'

/** Returns the script that completes a program in bash. */
export function bashScript(program: DescribedCommand, name: string): string {
  const commands = allCommands(program)
  const steps = commands.slice(1).map(({ words }) => `      ${quoted(place(words))}) place=${quoted(place(words))} ;;`)
  const values = commands.flatMap(({ words, flags }) =>
    flags.flatMap(({ names, value }) => {
      if (!value) return []
      const patterns = names.map((flag) => quoted(`${place(words)} ${flag}`)).join('|')
      // without results the names of files are completed
      return [`    ${patterns}) list=${quoted(value.choices.join(' '))}; found=1 ;;`]
    }),
  )
  const lists = commands.map(({ words, flags, commands: inner, argument }) => {
    const plain = [...inner.map(({ words: own }) => own.at(-1)!), ...argument.choices].join(' ')
    const flagNames = flags.flatMap(({ names }) => names).join(' ')
    return `      ${quoted(place(words))}) if [[ $cur == -* ]]; then list=${quoted(flagNames)}; else list=${quoted(plain)}; fi ;;`
  })
  return `# completes ${name} in bash; load it with: source <(${name} completion bash)
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} place= list= found= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
${steps.join('\n')}
    esac
  done
  case "$place $prev" in
${values.join('\n')}
  esac
  if [[ -z $found ]]; then
    case "$place" in
${lists.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$list" -- "$cur"))
}
complete -o default -F _${name} ${name}
`
}
