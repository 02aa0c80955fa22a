import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ShortcutFlags, shortcuts } from './shortcuts.ts'

/** The flags that change a config. */
export interface ConfigFlags extends ShortcutFlags {
  readonly set?: readonly string[]
}

/** Adds the flags that change a config to a command. */
export function addConfigFlags(command: Command): Command {
  for (const { flag, argument, variable, type, about } of shortcuts) {
    const option = new Option(`--${flag} <${argument}>`, `${about} (${variable})`)
    command.addOption(type === 'number' ? option.argParser(parseNumber) : option)
  }
  return command.option(
    '--set <place=value>',
    'set a value of the config, such as optimizer.learningRate=0.01; repeatable',
    collect,
  )
}

/** The value of a flag as a number. Throws `InvalidArgumentError`, which becomes a usage error. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.')
  return value
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
