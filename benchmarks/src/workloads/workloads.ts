import { type MemorySpec, memoryOps, type StepSpec, type WorkloadSpec } from '../shared/spec.ts'
import type { Shapes } from './shapes.ts'
import {
  articleSpec,
  cnnSpec,
  elementwiseSpec,
  lstmSpec,
  matmulSpec,
  memorySpec,
  mlpSpec,
  reductionSpec,
  tinySpec,
  transformerSpec,
} from './specs.ts'

/** The unit of a figure. */
interface Unit {
  readonly name: string
  readonly better: 'less' | 'more'
  /** The figure for one unit of work that took `ms`. `figures` are further figures of the contestant. */
  readonly of: (ms: number, figures: Readonly<Record<string, number>>) => number
}

/** A workload to measure. */
export interface Workload {
  /** Such as `matmul-512`. */
  readonly id: string
  /** The entry of the shapes file, such as `matmul`. */
  readonly group: keyof Shapes
  readonly title: string
  readonly spec: WorkloadSpec
  readonly unit: Unit
  /** Another unit in which the time is shown. */
  readonly also?: Unit
  /** Whether a model is trained, so that the loss has to fall. */
  readonly trains: boolean
}

const milliseconds: Unit = { name: 'ms', better: 'less', of: (ms) => ms }

/** All workloads of the shapes. */
export function workloadsOf(shapes: Shapes): Workload[] {
  const { article, mlp, cnn, lstm, transformer, tiny, matmul, elementwise, reduction, memory } = shapes
  const list: (Workload | undefined)[] = [
    article && articleWorkload(articleSpec(article)),
    mlp && stepWorkload(mlpSpec(mlp), `dense network ${[mlp.inputs, ...mlp.hidden, mlp.classes].join('-')}`),
    cnn && stepWorkload(cnnSpec(cnn), `convolutional network, filters ${cnn.filters.join(' and ')}`),
    lstm && stepWorkload(lstmSpec(lstm), `LSTM of ${lstm.units} units over ${lstm.steps} steps`),
    transformer &&
      stepWorkload(
        transformerSpec(transformer),
        `decoder-only transformer, ${transformer.layers} layers of width ${transformer.width}, context ${transformer.context}`,
      ),
    tiny && tinyWorkload(tinySpec(tiny)),
    ...(matmul?.sizes ?? []).map(matmulWorkload),
    elementwise && elementwiseWorkload(elementwise),
    reduction && reductionWorkload(reduction),
    ...(memory ? memoryOps.map((op) => memoryWorkload(memorySpec(op, memory))) : []),
  ]
  return list.filter((workload) => workload !== undefined)
}

function articleWorkload(spec: ReturnType<typeof articleSpec>): Workload {
  const steps = spec.epochs * Math.ceil(spec.samples / spec.batch)
  const layers = [spec.inputs, ...spec.hidden, spec.classes].join('-')
  return {
    id: 'article',
    group: 'article',
    title: `The article's job: the whole fit of a ${layers} network, ${spec.epochs} epochs of ${spec.samples} samples in batches of ${spec.batch}`,
    spec,
    unit: milliseconds,
    also: { name: 'us per step', better: 'less', of: (ms) => (1000 * ms) / steps },
    trains: true,
  }
}

function stepWorkload(spec: StepSpec, what: string): Workload {
  const title = `One train step: ${what}, batch ${spec.batch}`
  const samples: Unit = { name: 'samples/s', better: 'more', of: (ms) => (1000 * spec.batch) / ms }
  return { id: spec.kind, group: spec.kind, title, spec, unit: milliseconds, also: samples, trains: true }
}

function tinyWorkload(spec: ReturnType<typeof tinySpec>): Workload {
  return {
    id: 'fit-overhead',
    group: 'tiny',
    title: 'The cost of a step of fit outside the compiled step: a network of two numbers, batches of one sample',
    spec,
    unit: { name: 'us per step', better: 'less', of: (ms, { programUs = 0 }) => 1000 * ms - programUs },
    also: { name: 'us per step with the compiled step', better: 'less', of: (ms) => 1000 * ms },
    trains: true,
  }
}

function matmulWorkload(size: number): Workload {
  const operations = 2 * size ** 3
  return {
    id: `matmul-${size}`,
    group: 'matmul',
    title: `Product of two ${size} x ${size} matrices`,
    spec: matmulSpec(size),
    unit: { name: 'GFLOP/s', better: 'more', of: (ms) => operations / ms / 1e6 },
    trains: false,
  }
}

function elementwiseWorkload(shape: NonNullable<Shapes['elementwise']>): Workload {
  return {
    id: 'elementwise',
    group: 'elementwise',
    title: `A chain of ${shape.operations} ops over ${shape.elements} floats, as if it were one read and one write`,
    spec: elementwiseSpec(shape),
    unit: { name: 'GB/s', better: 'more', of: (ms) => (8 * shape.elements) / ms / 1e6 },
    trains: false,
  }
}

function reductionWorkload(shape: NonNullable<Shapes['reduction']>): Workload {
  return {
    id: 'reduction',
    group: 'reduction',
    title: `Sum of ${shape.elements} floats`,
    spec: reductionSpec(shape),
    unit: { name: 'GB/s', better: 'more', of: (ms) => (4 * shape.elements) / ms / 1e6 },
    trains: false,
  }
}

const memoryTitles: Readonly<Record<MemorySpec['op'], string>> = {
  add: 'Sum of two matrices',
  'row-sums': 'Sum of each row',
  'column-sums': 'Sum of each column',
  sum: 'Sum of all elements',
}

function memoryWorkload(spec: MemorySpec): Workload {
  return {
    id: `memory-${spec.op}`,
    group: 'memory',
    title: `${memoryTitles[spec.op]}, ${spec.x.shape.join(' x ')}`,
    spec,
    unit: { name: 'GB/s', better: 'more', of: (ms) => spec.bytes / ms / 1e6 },
    trains: false,
  }
}
