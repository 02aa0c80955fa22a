import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A word that is looked for in code, not in comments, and how many files may have it. */
export interface Mention {
  readonly word: RegExp
  readonly most: number
  /** Files that may use it as any program may; they do not count. */
  readonly users?: readonly string[]
}

/** What exists, by the rows of the table. The additions show what is new; these show what has grown in other places. */
export const mentioned: Readonly<Record<string, Mention>> = {
  'the layer Flatten': { word: /\bFlatten\b/, most: 2 },
  'the loss and the metric MeanAbsoluteError': {
    word: /\bMeanAbsoluteError\b/,
    most: 4,
    // it says which of the two is meant without a namespace
    users: ['packages/gradus/src/index.ts'],
  },
  'the metric TopKCategoricalAccuracy': { word: /\bTopKCategoricalAccuracy\b/, most: 2 },
  'the optimizer RMSprop': { word: /\bRMSprop\b/, most: 2 },
  'the schedule CosineDecay': { word: /\bCosineDecay\b/, most: 2 },
  'the initializer HeUniform': { word: /\bHeUniform\b/, most: 2 },
  'the callback TerminateOnNaN': {
    word: /\bTerminateOnNaN\b/,
    most: 2,
    // an error message recommends it
    users: ['packages/models/src/divergence.ts'],
  },
  'the option validationFreq of fit': { word: /\bvalidationFreq\b/, most: 1 },
  'the format safetensors': { word: /safetensors/i, most: 2 },
}

let sources: ReadonlyMap<string, string> | undefined

/** The text of every tracked source file of packages and apps, without comments. */
function sourceTexts(): ReadonlyMap<string, string> {
  const globs = ['packages/*/src/**', 'apps/*/src/**', 'apps/*/schema/**'].map((path) => `:(glob)${path}`)
  sources ??= new Map(
    execFileSync('git', ['ls-files', ...globs], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n')
      .filter((file) => /\.(tsx?|json)$/.test(file) && !/\.test(-d)?\.|\/src\/(.+\/)?(testing|recorded)\//.test(file))
      .map((file) => [file, withoutComments(readFileSync(join(root, file), 'utf8'))]),
  )
  return sources
}

const withoutComments = (text: string) => text.replace(/\/\*.*?\*\//gs, '').replace(/(?<![:'"`])\/\/.*$/gm, '')

/** The files that mention something, but for its users. */
export function filesMentioning({ word, users = [] }: Mention): string[] {
  return [...sourceTexts()].flatMap(([file, text]) => (word.test(text) && !users.includes(file) ? [file] : []))
}
