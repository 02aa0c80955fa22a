import { suggest } from '@gradus/core'
import { type Argument, type Command, InvalidArgumentError, type Option } from 'commander'

/** Makes all options and arguments that have a list of values suggest the nearest one for another value. */
export function suggestChoices(command: Command): void {
  for (const option of command.options) addSuggestion(option)
  for (const argument of command.registeredArguments) addSuggestion(argument)
  for (const inner of command.commands) suggestChoices(inner)
}

function addSuggestion(owner: Option | Argument): void {
  const { argChoices, parseArg: parse } = owner as Option
  if (!argChoices || !parse) return
  ;(owner as Option).parseArg = (value: string, previous: unknown) => {
    if (argChoices.includes(value)) return parse(value, previous as never)
    throw new InvalidArgumentError(
      suggest(value, argChoices)
        .trim()
        .replace(/^\(known: (.*)\)$/, 'Expected one of: $1.'),
    )
  }
}
