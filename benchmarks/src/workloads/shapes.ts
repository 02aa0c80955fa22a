import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ArticleShape, CnnShape, LstmShape, MlpShape, TransformerShape } from '../shared/spec.ts'

/** A shapes file. Workloads that it lacks are not measured. */
export interface Shapes {
  readonly article?: ArticleShape
  readonly mlp?: MlpShape
  readonly cnn?: CnnShape
  readonly lstm?: LstmShape
  readonly transformer?: TransformerShape
  readonly tiny?: { readonly batches: number; readonly learningRate: number }
  readonly matmul?: { readonly sizes: readonly number[] }
  readonly elementwise?: { readonly elements: number; readonly operations: number }
  readonly reduction?: { readonly elements: number }
  readonly memory?: { readonly rows: number; readonly columns: number }
}

type Entries = Record<string, Record<string, unknown>>

type Check = 'count' | 'counts' | 'number' | 'boolean'

const step = { batch: 'count', batches: 'count', learningRate: 'number' } as const

const fields: { readonly [name in keyof Shapes]-?: Readonly<Record<string, Check>> } = {
  article: {
    samples: 'count',
    inputs: 'count',
    hidden: 'counts',
    classes: 'count',
    epochs: 'count',
    batch: 'count',
    learningRate: 'number',
    shuffle: 'boolean',
  },
  mlp: { inputs: 'count', hidden: 'counts', classes: 'count', ...step },
  cnn: {
    height: 'count',
    width: 'count',
    channels: 'count',
    filters: 'counts',
    kernel: 'count',
    pool: 'count',
    dropout: 'number',
    classes: 'count',
    ...step,
  },
  lstm: { steps: 'count', features: 'count', units: 'count', outputs: 'count', ...step },
  transformer: {
    layers: 'count',
    width: 'count',
    heads: 'count',
    context: 'count',
    vocabulary: 'count',
    ratio: 'count',
    ...step,
  },
  tiny: { batches: 'count', learningRate: 'number' },
  matmul: { sizes: 'counts' },
  elementwise: { elements: 'count', operations: 'count' },
  reduction: { elements: 'count' },
  memory: { rows: 'count', columns: 'count' },
}

const isCount = (value: unknown) => Number.isInteger(value) && (value as number) > 0

const checks: Record<Check, { readonly passes: (value: unknown) => boolean; readonly expected: string }> = {
  count: { passes: isCount, expected: 'a whole number from 1' },
  counts: {
    passes: (value) => Array.isArray(value) && value.every(isCount),
    expected: 'a list of whole numbers from 1',
  },
  number: { passes: (value) => typeof value === 'number' && value >= 0, expected: 'a number from 0' },
  boolean: { passes: (value) => typeof value === 'boolean', expected: 'true or false' },
}

/**
 * Reads a shapes file, and first the file that its `extends` names. Throws for fields that are missing, unknown or of the wrong
 * kind, with their names.
 */
export function readShapes(path: string): Shapes {
  const { extends: base, ...shapes } = JSON.parse(readFileSync(path, 'utf8')) as { extends?: string } & Entries
  for (const [name, values] of Object.entries(shapes)) {
    const known = fields[name as keyof Shapes]
    if (!known) throw new Error(`${path}: '${name}' is no workload; there are ${Object.keys(fields).join(', ')}.`)
    for (const field of Object.keys(values)) {
      if (!(field in known))
        throw new Error(`${path}: ${name} has no '${field}'; it has ${Object.keys(known).join(', ')}.`)
    }
    for (const [field, check] of Object.entries(known)) {
      const { passes, expected } = checks[check]
      if (passes(values[field])) continue
      throw new Error(`${path}: ${name}.${field} must be ${expected} and is ${JSON.stringify(values[field])}.`)
    }
  }
  const { transformer } = shapes as Shapes
  if (transformer && transformer.width % transformer.heads !== 0) {
    throw new Error(
      `${path}: transformer.width (${transformer.width}) must be a multiple of heads (${transformer.heads}).`,
    )
  }
  return base === undefined ? shapes : { ...readShapes(resolve(dirname(path), base)), ...shapes }
}
