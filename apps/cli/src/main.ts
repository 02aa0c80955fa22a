import { basename, relative } from 'node:path'
import { runCommand } from './run-command.ts'

const script = process.argv[1] ?? 'gradus'
const isCommand = basename(script) === 'gradus'

// A program such as `head` closes the pipe before the output ends. That is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommand(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  command: isCommand ? 'gradus' : `node ${relative(process.cwd(), script) || script}`,
})
