// A process that runs programs with faults, as `Job`s: those that it is sent, or the one of its first argument, which it ends with.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../run-command.ts'
import { trainProgram } from './fault-program.ts'
import { watchOperations } from './file-operations.ts'

/** A run of a program in a folder. It goes on with what an earlier run has left in `runs`. */
export interface Job {
  /** The command line, or a program with `fit` on arrays or on a dataset. */
  readonly program: 'command' | 'arrays' | 'dataset'
  readonly backend: string
  readonly cwd: string
  /** The number of a file operation, from 1, and what happens there. */
  readonly at?: number
  readonly fault?: Fault
}

/**
 * `kill`: the process is killed. `copy`: `runs` is copied to `copies/<at>`, as a kill would leave it; without `at` at every
 * operation before which the files have changed. `ENOSPC`: the operation fails. `move`: the run folder is moved away.
 */
type Fault = 'kill' | 'copy' | 'ENOSPC' | 'move'

/** The end of a job. */
export interface JobEnd {
  readonly code: number
  readonly err: string
  /** The number of file operations. */
  readonly operations: number
  /** The operations at which the files were copied. */
  readonly copies: readonly number[]
}

let onOperation = (_name: string) => {}
await watchOperations((name) => onOperation(name))

async function run({ program, backend, cwd, at, fault }: Job): Promise<JobEnd> {
  const folder = join(cwd, 'runs')
  const first = join(folder, 'small-1')
  const copies: number[] = []
  let operations = 0
  let before = ''
  onOperation = (name) => {
    operations++
    if (at !== undefined && operations !== at) return
    if (fault === 'kill') process.kill(process.pid, 'SIGKILL')
    if (fault === 'ENOSPC') throw Object.assign(new Error(`ENOSPC: injected, ${name}`), { code: fault, syscall: name })
    if (fault === 'move' && existsSync(first)) renameSync(first, join(cwd, 'moved'))
    const now = fault === 'copy' ? stateOf(folder) : before
    if (now === before) return
    before = now
    cpSync(folder, join(cwd, 'copies', String(operations)), { recursive: true })
    copies.push(operations)
  }
  const { code, err } = await outcomes[program](backend, cwd, folder)
  onOperation = () => {}
  return { code, err, operations, copies }
}

async function command(backend: string, cwd: string, folder: string) {
  let err = ''
  const streams = { out: { write: () => {} }, err: { write: (text: string) => void (err += text) } }
  const begun = existsSync(join(folder, 'small-1'))
  const args = begun ? ['train', '--resume', 'runs/small-1'] : ['train', 'config.yaml', '--backend', backend]
  return { code: await runCommand(args, { ...streams, env: {}, cwd, command: 'gradus' }), err }
}

async function program(data: 'arrays' | 'dataset', backend: string, folder: string) {
  try {
    await trainProgram(data, backend, folder)
    return { code: 0, err: '' }
  } catch (error) {
    return { code: 7, err: String(error) }
  }
}

const outcomes = {
  command,
  arrays: (backend: string, _cwd: string, folder: string) => program('arrays', backend, folder),
  dataset: (backend: string, _cwd: string, folder: string) => program('dataset', backend, folder),
}

/** The names and contents of all files. */
function stateOf(folder: string): string {
  if (!existsSync(folder)) return ''
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const texts = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return entry.isFile() ? `${path} ${createHash('md5').update(readFileSync(path)).digest('hex')}` : path
  })
  return texts.sort().join('\n')
}

const [given] = process.argv.slice(2)
if (given) {
  const { code, err } = await run(JSON.parse(given) as Job)
  process.stderr.write(err)
  process.exit(code)
}
// A number that no process has: a job leaves behind what a process that has ended would. All have the same number, as in a container.
Object.defineProperty(process, 'pid', { value: 2 ** 22 + 1 })
process.on('message', async (job: Job) => process.send!(await run(job)))
process.on('disconnect', () => process.exit())
