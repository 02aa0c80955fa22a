import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { backendNames } from './backends/backends.ts'
import type { Terminal } from './terminal.ts'

/** The value of a flag as a number. Throws `InvalidArgumentError`, which becomes a usage error. */
export function parseNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.')
  return value
}

/** Returns the parser of a flag that is a whole number from `low` to `high`. */
export function wholeNumber(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= low && value <= high) return value
    throw new InvalidArgumentError(
      `Expected a whole number from ${low}${high < Number.MAX_SAFE_INTEGER ? ` to ${high}` : ''}.`,
    )
  }
}

/** The parser of a flag that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

/** What arguments are, for help texts. */
export const argumentTexts = {
  config: 'a config: .yaml, .json, .ts or .js',
  rows: 'a file or a folder of rows',
  model: 'a run folder, or a model file: .safetensors, .keras, .h5, or model.json of TensorFlow.js',
  tableModel: 'a run folder, or a model file that gradus train saved',
  run: 'a run folder, complete or in progress',
  target: 'the column that the model predicts, or several: a,b',
} as const

// Options that several commands have. Each is defined here, or beside the code that reads it.

/** `--json`. With `log`, the command has a log, which then goes to stderr. */
export function jsonOption({ about = 'print one JSON document', log = false } = {}): Option {
  return new Option('--json', log ? `${about}; the log goes to stderr` : about)
}

/** `--force` of a command that writes a file which a user names. */
export function forceOption(): Option {
  return new Option('--force', 'replace a file that exists')
}

/** `--min-accuracy` of a command that evaluates a model. */
export function minAccuracyOption(): Option {
  return new Option('--min-accuracy <value>', 'end with exit code 6 if the accuracy is lower').argParser(parseNumber)
}

const defaultRuns = 'runs'

/** `--out` of a command that creates folders in the folder of all runs. */
export function runsFolderOption(): Option {
  return new Option(
    '--out <folder>',
    `the folder in which the new folder is created (GRADUS_OUT; default ${defaultRuns})`,
  )
}

/** The absolute path of the folder of all runs. */
export function runsFolder({ out }: { readonly out?: string }, { cwd, env }: Pick<Terminal, 'cwd' | 'env'>): string {
  return resolve(cwd, out ?? env.GRADUS_OUT ?? defaultRuns)
}

/** The models that a run folder has: the one of the best epoch, and the one that training left. */
export type Which = 'best' | 'last'

/** `--which` of a command that opens a model. */
export function whichOption(): Option {
  return new Option('--which <model>', 'which model of a run (default best)').choices(['best', 'last'])
}

/** `--plugin` of a command that needs the classes of a config or a model. */
export function pluginOption(): Option {
  const about = 'a file or a package with your own classes, in place of the plug-ins of the config; repeatable'
  return new Option('--plugin <module>', about).argParser(collect)
}

/** What `--backend` is, for help texts. */
export const backendText = `where to compute: ${backendNames.join(', ')}`

/** `--backend` of a command that computes with a model. */
export function backendOption(): Option {
  return new Option('--backend <name>', `${backendText}; default auto, the fastest that starts`)
}
