import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A word that is looked for in code, not in comments, and how many files may have it. */
export interface Mention {
  readonly word: RegExp
  readonly most: number
  /** Files that may use it as any program may; they do not count. */
  readonly users?: readonly string[]
}

/** Reads operations of Keras between layers, which have other names. */
const kerasOperations = 'packages/io/src/keras/operations.ts'

/** Writes ops in JavaScript. */
const exportedFunctions = 'packages/export-js/src/functions.ts'

/** Name what TensorFlow.js has. */
const tfjsLayers = 'packages/tfjs-files/src/tfjs-layers.ts'
const tfjsActivations = 'packages/tfjs-files/src/to-tfjs.ts'
const tfjsOptimizers = [
  'packages/io/src/keras/training-config.ts',
  'packages/tfjs-files/src/optimizer-weights.ts',
  'packages/tfjs-files/src/training-config.ts',
]

/** Networks of Keras's applications, which are programs of layers. */
const networks = ['mobilenet-v3', 'vgg'].map((name) => `packages/applications/src/families/${name}.ts`)

/** Networks that `gradus bench` trains, and those that are designed for tables. */
const programs = ['apps/cli/src/bench/workloads.ts', 'packages/tables/src/design-model.ts']

/** What exists, by the rows of the table. The additions show what is new; these show what has grown in other places. */
export const mentioned: Readonly<Record<string, Mention>> = {
  'the op bitwiseXor': { word: /\bbitwiseXor\b/, most: 5, users: [kerasOperations, exportedFunctions] },
  'the layer Flatten': { word: /\bFlatten\b/, most: 2, users: [tfjsLayers, ...networks, ...programs] },
  'the activation mish': { word: /\bmish\b/, most: 2, users: [kerasOperations, tfjsActivations] },
  'the regularizer OrthogonalRegularizer': { word: /\bOrthogonalRegularizer\b/, most: 2 },
  'the constraint MinMaxNorm': { word: /\bMinMaxNorm\b/, most: 2 },
  'the loss and the metric MeanAbsoluteError': { word: /\bMeanAbsoluteError\b/, most: 4, users: programs },
  'the metric TopKCategoricalAccuracy': { word: /\bTopKCategoricalAccuracy\b/, most: 2 },
  'the optimizer RMSprop': { word: /\bRMSprop\b/, most: 2, users: tfjsOptimizers },
  'the schedule CosineDecay': { word: /\bCosineDecay\b/, most: 2 },
  'the initializer LecunNormal': { word: /\bLecunNormal\b/, most: 2 },
  'the callback TerminateOnNaN': {
    word: /\bTerminateOnNaN\b/,
    most: 2,
    // an error message recommends it
    users: ['packages/models/src/loop/divergence.ts'],
  },
  'the option validationFreq of fit': {
    word: /\bvalidationFreq\b/,
    most: 1,
    // the loop validates
    users: ['packages/models/src/loop/fit.ts'],
  },
  'the command backends': { word: /\bbackendsCommand\b/, most: 2 },
  'the format safetensorsModel': {
    word: /\bsafetensorsModel\b/,
    most: 2,
    // files whose names say no format have this one
    users: ['packages/io/src/formats/model-files.ts'],
  },
}

let sources: ReadonlyMap<string, string> | undefined

/** The text of every source file of packages and apps, without comments. */
function sourceTexts(): ReadonlyMap<string, string> {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/src`),
  )
  sources ??= new Map(
    folders
      .filter((folder) => existsSync(join(root, folder)))
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
      )
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
