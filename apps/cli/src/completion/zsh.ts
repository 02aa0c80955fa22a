import { allCommands, type DescribedCommand, type Values } from './described-command.ts'
import { place, quoted } from './shell-text.ts'

/** Returns the script that completes a program in zsh. */
export function zshScript(program: DescribedCommand, name: string): string {
  const commands = allCommands(program)
  const steps = commands.slice(1).map(({ words }) => `      (${quoted(place(words))}) place=${quoted(place(words))} ;;`)
  const values = commands.flatMap(({ words, flags }) =>
    flags.flatMap(({ names, value }) => {
      if (!value) return []
      const patterns = names.map((flag) => quoted(`${place(words)} ${flag}`)).join('|')
      return [`    (${patterns}) ${valueCode(value)}; return ;;`]
    }),
  )
  const lists = commands.map(({ words, flags, commands: inner, argument }) => {
    const described = flags.flatMap(({ names, about }) => names.map((flag) => withAbout(flag, about)))
    const named = inner.map(({ words: own, about }) => withAbout(own.at(-1)!, about))
    const lines = [
      `      if [[ $PREFIX == -* ]]; then`,
      `        items=(${described.join(' ')}); _describe -o option items`,
      `      else`,
      ...(named.length > 0 ? [`        items=(${named.join(' ')}); _describe command items`] : []),
      ...(argument.choices.length > 0 || argument.isFile ? [`        ${valueCode(argument)}`] : []),
      ...(named.length === 0 && argument.choices.length === 0 && !argument.isFile ? ['        true'] : []),
      `      fi`,
    ]
    return `    (${quoted(place(words))})\n${lines.join('\n')}\n      ;;`
  })
  return `#compdef ${name}
# completes ${name} in zsh; install it with: ${name} completion zsh > "\${fpath[1]}/_${name}"
_${name}() {
  local place= i
  local -a items
  for ((i = 2; i < CURRENT; i++)); do
    case "$place \${words[i]}" in
${steps.join('\n')}
    esac
  done
  case "$place \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$place" in
${lists.join('\n')}
  esac
}
if [[ "\${funcstack[1]}" == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`
}

function valueCode({ choices, isFile }: Values): string {
  if (choices.length > 0) return `compadd -- ${choices.map(quoted).join(' ')}`
  return isFile ? '_files' : 'true'
}

/** A word with its description, in which colons are escaped. */
function withAbout(word: string, about: string): string {
  return quoted(`${word}:${about.replace(/:/g, '\\:')}`)
}
