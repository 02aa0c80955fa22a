import {
  type Batch,
  ConfigError,
  DataError,
  type Dataset,
  type HostArray,
  isHostArray,
  type Named,
  namedEntries,
  type Rng,
  type SymbolicShape,
  sampleCount,
  suggest,
  takeRows,
} from '@gradus/core'
import {
  currentBackend,
  type DType,
  formatShape,
  hostArray,
  Storage,
  scope,
  sizeOf,
  Tensor,
  toMemory,
} from '@gradus/tensor'
import { orderOf, type Shuffle } from './order.ts'

/** Targets or weights by class number. */
export type ClassWeight = { readonly [label: number]: number }

/** One batch on the host, in the order of the model's inputs and outputs. */
export interface HostBatch {
  readonly inputs: readonly HostArray[]
  readonly targets: readonly (HostArray | undefined)[]
  readonly weights: readonly (HostArray | undefined)[]
  readonly size: number
}

/** What batches are made for. */
export interface Ports {
  readonly inputs: readonly { readonly name: string; readonly shape: SymbolicShape }[]
  readonly outputs: readonly { readonly name: string; readonly shape: SymbolicShape; readonly dtype: DType }[]
}

/** Batches of one pass after another. */
export interface BatchSource {
  /** Batches per pass, where known. */
  readonly length: number | undefined
  /** The batches of one pass; its number decides the order of the samples. */
  pass(number: number): AsyncIterable<HostBatch>
}

export interface ArraySourceOptions {
  readonly batchSize: number
  /** `true` shuffles samples, `'batch'` only within each batch. */
  readonly shuffle?: Shuffle
  /** Decides the order; needed for shuffling. */
  readonly rng?: () => Rng
}

/** Batches from arrays that hold all samples. The last batch may be smaller. */
export function arraySource(samples: HostBatch, { batchSize, shuffle = false, rng }: ArraySourceOptions): BatchSource {
  const { size } = samples
  requireBatchSize(batchSize)
  return {
    length: Math.ceil(size / batchSize),
    async *pass(number) {
      const order =
        shuffle && rng
          ? await numbersIn(() => orderOf(rng().fork(number).next(), { size, batchSize, shuffle }))
          : undefined
      for (let start = 0; start < size; start += batchSize) {
        const end = Math.min(start + batchSize, size)
        yield pickRows(samples, order ? order.subarray(start, end) : { start, end })
      }
    },
  }
}

/** Throws for a size that no batch can have. */
export function requireBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return
  throw new ConfigError(`batchSize is ${batchSize}; expected a whole number from 1.`)
}

async function numbersIn(make: () => Tensor): Promise<Int32Array> {
  const tensor = scope(make)
  const numbers = (await tensor.data()).slice() as Int32Array
  tensor.dispose()
  return numbers
}

/** The samples of a range, or those with the given numbers. */
export function pickRows(samples: HostBatch, rows: Parameters<typeof takeRows>[1]): HostBatch {
  const take = (array: HostArray | undefined) => array && takeRows(array, rows)
  const inputs = samples.inputs.map((array) => takeRows(array, rows))
  return { inputs, targets: samples.targets.map(take), weights: samples.weights.map(take), size: inputs[0]!.shape[0]! }
}

/** Batches from a dataset, checked and put in order one by one. */
export function datasetSource(dataset: Dataset, ports: Ports, classWeight?: ClassWeight): BatchSource {
  return {
    length: dataset.length,
    async *pass() {
      for await (const batch of dataset) yield arrange(batch, ports, classWeight)
    },
  }
}

/** Puts named or listed arrays in the order of the model's inputs and outputs, and checks shapes and counts. */
export function arrange({ x, y, sampleWeight }: Batch, ports: Ports, classWeight?: ClassWeight): HostBatch {
  const inputs = byPort('x', x, ports.inputs).map((array, index) => fitInput(array!, ports.inputs[index]!))
  const targets = y === undefined ? ports.outputs.map(() => undefined) : byPort('y', y, ports.outputs)
  const given =
    sampleWeight !== undefined && isHostArray(sampleWeight)
      ? ports.outputs.map(() => sampleWeight)
      : sampleWeight === undefined
        ? ports.outputs.map(() => undefined)
        : byPort('sampleWeight', sampleWeight, ports.outputs)
  if (classWeight && given.some((weight) => weight)) {
    throw new DataError('classWeight and sampleWeight cannot be combined; multiply them into sampleWeight yourself.')
  }
  if (classWeight && ports.outputs.length > 1) {
    throw new DataError(
      `classWeight works for models with one output; this one has ${ports.outputs.length}. Use sampleWeight.`,
    )
  }
  const weights = classWeight && targets[0] ? [weightsByClass(targets[0], classWeight)] : given
  const size = sampleCount({ x, ...(y !== undefined && { y }), ...(sampleWeight !== undefined && { sampleWeight }) })
  return { inputs, targets, weights, size }
}

function byPort(what: string, named: Named<HostArray>, ports: readonly { readonly name: string }[]): HostArray[] {
  const names = ports.map(({ name }) => name)
  const kind = what === 'x' ? 'inputs' : 'outputs'
  if (isHostArray(named)) {
    if (ports.length === 1) return [named]
    throw new DataError(
      `${what} is one array and the model has ${ports.length} ${kind} (${names.join(', ')}). Give a list, or an object by name.`,
    )
  }
  const entries = namedEntries(named, what)
  if (Array.isArray(named)) {
    if (entries.length === ports.length) return entries.map(([, array]) => array)
    throw new DataError(
      `${what} has ${entries.length} arrays and the model ${ports.length} ${kind} (${names.join(', ')}). Give one for each.`,
    )
  }
  const byName = named as { readonly [name: string]: HostArray }
  for (const key of Object.keys(byName)) {
    if (!names.includes(key))
      throw new DataError(`${what} names '${key}', which is none of the model's ${kind}.${suggest(key, names)}`)
  }
  return names.map((name) => {
    if (byName[name]) return byName[name]
    throw new DataError(`${what} has nothing for '${name}'. Give all of the model's ${kind}: ${names.join(', ')}.`)
  })
}

/** As Keras: a missing last dimension of 1 is added, one too many is dropped. Then the shape must fit. */
function fitInput(array: HostArray, port: { readonly name: string; readonly shape: SymbolicShape }): HostArray {
  let { shape } = array
  if (shape.length === port.shape.length - 1 && port.shape.at(-1) === 1) shape = [...shape, 1]
  else if (shape.length === port.shape.length + 1 && shape.at(-1) === 1) shape = shape.slice(0, -1)
  const fits =
    shape.length === port.shape.length && port.shape.every((d, axis) => d === null || axis === 0 || d === shape[axis])
  if (!fits) {
    throw new DataError(
      `The input '${port.name}' expects samples of shape ${formatShape(port.shape.slice(1))} and got an array of shape ${formatShape(array.shape)}, ` +
        `which is ${array.shape[0]} samples of shape ${formatShape(array.shape.slice(1))}. Reshape the data, or change the model's input shape.`,
    )
  }
  return { ...array, shape }
}

/** The weight of each sample's class; classes without one weigh 1. One-hot rows count as their largest entry. */
function weightsByClass(target: HostArray, classWeight: ClassWeight): HostArray {
  const [count = 0, ...rest] = target.shape
  const width = sizeOf(rest)
  const data = hostArray('float32', count)
  for (let i = 0; i < count; i++) {
    const row = target.data.subarray(i * width, (i + 1) * width)
    let label = 0
    if (width === 1) label = Math.round(row[0]!)
    else for (let j = 1; j < width; j++) if (row[j]! > row[label]!) label = j
    data[i] = classWeight[label] ?? 1
  }
  return { data, shape: [count], dtype: 'float32' }
}

/** One batch on the device, per input and per output. */
export interface DeviceBatch {
  readonly inputs: readonly Tensor[]
  readonly targets: readonly (Tensor | undefined)[]
  readonly weights: readonly (Tensor | undefined)[]
  readonly size: number
}

/** Copies a batch to the current backend. */
export function upload({ inputs, targets, weights, size }: HostBatch): DeviceBatch {
  return {
    inputs: inputs.map(toDevice),
    targets: targets.map((array) => array && toDevice(array)),
    weights: weights.map((array) => array && toDevice(array)),
    size,
  }
}

export function toDevice({ data, shape, dtype }: HostArray): Tensor {
  const backend = currentBackend()
  const stored = toMemory(dtype, data)
  const buffer = backend.allocate(stored.byteLength)
  backend.write(buffer, stored)
  return new Tensor({ shape, dtype }, new Storage(backend, buffer))
}
