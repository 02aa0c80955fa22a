import { setImmediate } from 'node:timers/promises'
import { CommanderError } from 'commander'
import { exitCodeOf, exitCodes, Interrupted } from './exit-codes.ts'
import { createProgram } from './program.ts'
import { hasColors, type Terminal } from './terminal.ts'
import { writeJson, writeJsonLine } from './text/json.ts'

/** Runs one command and returns its exit code. Errors are printed, with a stack trace if `--debug` is set. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' })
    await setImmediate() // streams report failures later
    terminal.failed?.throwIfAborted()
    return exitCodes.ok
  } catch (error) {
    const code = exitCodeOf(error)
    // commander prints its errors itself
    if (!(error instanceof CommanderError)) printError(error, code, args, terminal)
    if (code !== exitCodes.ok) writeFailure(error, code, args, terminal)
    return code
  }
}

function printError(error: unknown, code: number, args: readonly string[], { err, env }: Terminal): void {
  const label = error instanceof Interrupted ? '' : code === exitCodes.unexpected ? 'Unexpected error: ' : 'Error: '
  const red = hasColors(err, env)
  err.write(`${red ? `\x1b[31m${label}\x1b[39m` : label}${messageOf(error)}\n`)
  if (args.includes('--debug')) err.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`)
  else if (code === exitCodes.unexpected) err.write('Run the command again with --debug for a stack trace.\n')
}

/** Prints an error for programs, where stdout is for them. */
function writeFailure(error: unknown, exitCode: number, args: readonly string[], { out }: Terminal): void {
  const name = error instanceof CommanderError ? 'UsageError' : error instanceof Error ? error.name : 'Error'
  const document = { error: { name, message: messageOf(error).replace(/^error: /, ''), exitCode } }
  if (args.includes('--json')) writeJson(out, document)
  else if (args.includes('--jsonl')) writeJsonLine(out, { event: 'error', ...document })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
