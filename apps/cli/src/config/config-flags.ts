import { type Command, Option } from 'commander'
import { collect, parseNumber, pluginOption } from '../flags.ts'
import { type ShortcutFlags, shortcuts } from './shortcuts.ts'

/** The flags that change a config. */
export interface ConfigFlags extends ShortcutFlags {
  readonly set?: readonly string[]
  readonly plugin?: readonly string[]
}

/** Adds the flags that change a config to a command. */
export function addConfigFlags(command: Command): Command {
  for (const { flag, argument, variable, type, about } of shortcuts) {
    const option = new Option(`--${flag} <${argument}>`, `${about} (${variable})`)
    command.addOption(type === 'number' ? option.argParser(parseNumber) : option)
  }
  return command
    .addOption(pluginOption())
    .option(
      '--set <place=value>',
      'set a value of the config, such as optimizer.learningRate=0.01; repeatable',
      collect,
    )
}
