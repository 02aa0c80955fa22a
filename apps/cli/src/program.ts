import { Command } from 'commander'
import * as commands from './commands.ts'
import { suggestChoices } from './completion/suggest-choices.ts'
import { exitCodeHelp } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'
import { ownVersion } from './version.ts'

/** The program with all its commands. Nothing runs before `parseAsync` is called. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('gradus')
    .description('Trains neural networks from the command line.')
    .version(ownVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out.write(text), writeErr: (text) => terminal.err.write(text) })
    .showSuggestionAfterError()
    .addHelpText('after', `\n${exitCodeHelp()}`)
  for (const add of Object.values(commands)) add(program, terminal)
  addDebugFlag(program)
  suggestChoices(program)
  return program
}

/** Adds `--debug` to every command that runs something; `runCommand` reads it. */
function addDebugFlag(command: Command): void {
  if (command.commands.length === 0) command.option('--debug', 'show stack traces of errors')
  for (const inner of command.commands) addDebugFlag(inner)
}
