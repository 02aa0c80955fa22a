import { commandName } from './command-name.ts'
import { exitCodeOf } from './exit-codes.ts'
import { ProcessOutput } from './process-output.ts'
import { runCommand } from './run-command.ts'

const failure = new AbortController()
const onFailure = (error: Error) => failure.abort(error)

const code = await runCommand(process.argv.slice(2), {
  out: new ProcessOutput(process.stdout, 'stdout', onFailure),
  err: new ProcessOutput(process.stderr, 'stderr', onFailure),
  failed: failure.signal,
  env: process.env,
  cwd: process.cwd(),
  command: commandName(process.argv[1] ?? 'gradus', process.cwd()),
})
// the message of an error may have been the output that failed
process.exitCode = code === 0 && failure.signal.aborted ? exitCodeOf(failure.signal.reason) : code
