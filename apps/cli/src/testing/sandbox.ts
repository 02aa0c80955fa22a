import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { runCommand } from '../run-command.ts'

/** The exit code and the output of a command. */
export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly terminal?: boolean
}

/** A temporary folder in which commands run with captured streams. */
export class Sandbox {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'gradus-cli-')))

  file(...parts: string[]): string {
    return join(this.path, ...parts)
  }

  write(name: string, content: string | object): void {
    mkdirSync(dirname(this.file(name)), { recursive: true })
    writeFileSync(this.file(name), typeof content === 'string' ? content : stringify(content))
  }

  read(...parts: string[]): string {
    return readFileSync(this.file(...parts), 'utf8')
  }

  json(...parts: string[]): Record<string, unknown> {
    return JSON.parse(this.read(...parts)) as Record<string, unknown>
  }

  async run(args: readonly string[], { env = {}, terminal = false }: RunOptions = {}): Promise<Outcome> {
    const text = { out: '', err: '' }
    const stream = (name: 'out' | 'err') => ({
      isTTY: terminal,
      write: (piece: string) => {
        text[name] += piece
      },
    })
    const streams = { out: stream('out'), err: stream('err') }
    const code = await runCommand(args, { ...streams, env, cwd: this.path, command: 'gradus' })
    return { code, ...text }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** CSV rows with a column `x` from 0 to 1 and the class `y`: 1 where `x` is at least 0.5. */
export function steps(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const x = (index * 7) % count
    return `${x / count},${Number(x >= count / 2)}`
  })
  return `x,y\n${rows.join('\n')}\n`
}

/** A config that trains a small classifier on `train.csv`. */
export const small = {
  name: 'small',
  seed: 3,
  data: { train: 'train.csv', inputs: ['x'], target: 'y' },
  model: {
    model: 'Sequential',
    layers: [
      // not relu: of so few units all may be 0 for every sample, and then nothing is learned
      { layer: 'Dense', units: 4, activation: 'tanh' },
      { layer: 'Dropout', rate: 0.2 },
      { layer: 'Dense', units: 2, activation: 'softmax' },
    ],
  },
  optimizer: { optimizer: 'Adam', learningRate: 0.05 },
  loss: 'SparseCategoricalCrossentropy',
  metrics: ['accuracy'],
  fit: { batchSize: 8, epochs: 4, verbose: 2 },
}

/** A sandbox with that config as `config.yaml` and its data. */
export function smallSandbox(): Sandbox {
  const sandbox = new Sandbox()
  sandbox.write('config.yaml', small)
  sandbox.write('train.csv', steps(64))
  sandbox.write('test.csv', steps(20))
  return sandbox
}
