import { ConfigError, isPlainObject, type Named } from '@gradus/core'
import { concat, full, onBackend, reshape, sameShape, sliceAxis, Tensor, zeros } from '@gradus/tensor'
import { backendOf } from '@gradus/tensor/internals'
import { requireBatchSize } from './batch-source.ts'
import { byPort } from './by-port.ts'
import type { DeviceBatch } from './device-batch.ts'
import { disposeTree } from './dispose.ts'
import { fitShape } from './fit-shape.ts'
import { tooLong } from './max-length.ts'
import type { Port, Ports } from './ports.ts'

/** One batch of inputs on the device. */
export interface InputBatch {
  readonly batch: DeviceBatch
  /** The number of time steps of each padded input before padding. */
  readonly timeSteps: readonly (number | undefined)[]
}

/** Batches of inputs on the device. Each is valid until the next one is read. */
export interface InputBatches {
  /** The number of batches; undefined if unknown. */
  readonly length: number | undefined
  readonly batches: AsyncIterable<InputBatch> | Iterable<InputBatch>
}

/** Whether all inputs are tensors, which are on the device already. */
export function areTensors(x: unknown): x is Named<Tensor> {
  if (x instanceof Tensor) return true
  const list = Array.isArray(x) ? x : isPlainObject(x) ? Object.values(x) : []
  return list.length > 0 && list.every((item) => item instanceof Tensor)
}

/** Slices tensors into batches on the device, and returns them in the order of the inputs too. Throws `DataError` for shapes that do not fit the model's inputs. */
export function tensorBatches(
  x: Named<Tensor>,
  { inputs, prepare }: Ports,
  batchSize: number,
): InputBatches & { readonly tensors: readonly Tensor[] } {
  requireBatchSize(batchSize)
  if (prepare) {
    throw new ConfigError(
      'The first layers of the model work on the host, and the inputs are tensors on the device. Give arrays instead.',
    )
  }
  const tensors = byPort('x', x, inputs, (value): value is Tensor => value instanceof Tensor)
  const fitted = tensors.map((value, index) => fitTensor(value, inputs[index]!))
  const size = fitted[0]!.shape[0]!
  const timeSteps = tensors.map(({ shape }, index) => (inputs[index]!.maxLength === undefined ? undefined : shape[1]!))
  const backend = backendOf(tensors[0]!)
  function* batches(): Generator<InputBatch> {
    for (let start = 0; start < size; start += batchSize) {
      const count = Math.min(batchSize, size - start)
      const rows = count === size ? fitted : fitted.map((value) => sliceAxis(value, 0, start, count))
      const lengths = onBackend(backend, () =>
        timeSteps.map((length) => (length === undefined ? undefined : full([count], length, 'int32'))),
      )
      try {
        yield { batch: { inputs: rows, lengths, targets: [], weights: [], size: count }, timeSteps }
      } finally {
        disposeTree([rows.filter((value) => !tensors.includes(value)), lengths])
      }
    }
  }
  return { length: Math.ceil(size / batchSize), batches: batches(), tensors }
}

function fitTensor(x: Tensor, port: Port): Tensor {
  const shape = fitShape(x.shape, port)
  const fitted = sameShape(shape, x.shape) ? x : reshape(x, shape)
  const missing = (port.maxLength ?? 0) - (shape[1] ?? 0)
  if (port.maxLength === undefined || missing === 0) return fitted
  if (missing < 0) throw tooLong(port, shape[1]!)
  return concat([fitted, zeros([shape[0]!, missing, ...shape.slice(2)], x.dtype)], 1)
}
