import type { Command, Option } from 'commander'
import { backendNames } from '../backends/backends.ts'

/** How the value of an option or an argument is completed: from a list, as the name of a file, or not at all. */
export interface Values {
  readonly choices: readonly string[]
  readonly isFile: boolean
}

/** A flag of a command. */
export interface DescribedFlag {
  /** Such as `--json` and `-V`. */
  readonly names: readonly string[]
  readonly about: string
  /** Undefined for a flag without a value. */
  readonly value?: Values
}

/** A command with all that can follow it. */
export interface DescribedCommand {
  /** The words that lead to it; empty for the program. */
  readonly words: readonly string[]
  readonly about: string
  readonly flags: readonly DescribedFlag[]
  readonly commands: readonly DescribedCommand[]
  /** How its arguments are completed. */
  readonly argument: Values
}

/** Names of values that are files or folders. */
const fileNames = /^(\w+-)?(file|folder|run|model|config|path|data|runs|models|files)$/i

/** Describes a program and its commands, as their help shows them. */
export function describeCommand(command: Command, words: readonly string[] = []): DescribedCommand {
  const help = command.createHelp()
  const named = command.registeredArguments
  return {
    words,
    about: oneLine(command.summary() || command.description()),
    flags: help.visibleOptions(command).map(describeFlag),
    commands: help.visibleCommands(command).map((inner) => describeCommand(inner, [...words, inner.name()])),
    argument: {
      choices: named.flatMap(({ argChoices }) => argChoices ?? []),
      isFile: named.some((argument) => !argument.argChoices && fileNames.test(argument.name())),
    },
  }
}

function describeFlag(option: Option): DescribedFlag {
  const names = [option.short, option.long].filter((name) => name !== undefined && name !== null) as string[]
  const about = oneLine(option.description)
  if (!option.required && !option.optional) return { names, about }
  const name = /[<[]([^\]>]+?)(\.\.\.)?[\]>]/.exec(option.flags)?.[1] ?? ''
  // a backend may also be named in a config, where its name is checked
  const choices = option.argChoices ?? (option.long === '--backend' ? backendNames : [])
  return { names, about, value: { choices, isFile: choices.length === 0 && fileNames.test(name) } }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** A command and all below it, each before those below. */
export function allCommands(command: DescribedCommand): DescribedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)]
}
