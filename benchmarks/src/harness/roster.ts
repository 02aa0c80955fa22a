import type { Kind } from '../shared/spec.ts'
import type { Command } from './process.ts'

/** The paths of programs and bundles that contestants need, each a path or the reason why it is missing. */
export interface Paths {
  /** The Node that runs the harness. */
  readonly node: string
  readonly newerNode: string | Missing
  readonly python: string | Missing
  /** The path of a bundled program, such as `gradus`. */
  readonly bundle: (name: string) => string | Missing
  /** The folder of the programs in Python. */
  readonly torch: string
}

export interface Missing {
  readonly missing: string
}

/** A contestant: how it is started, and at which workloads it is measured. */
export interface Contestant {
  readonly id: string
  readonly title: string
  /** Whether it needs the packages of `peers`. */
  readonly peers?: boolean
  /** The workloads at which it is measured; by default all. */
  readonly kinds?: readonly Kind[]
  readonly command: (paths: Paths) => Command | Missing
  /** The program that trains one step and ends. */
  readonly startUp?: (paths: Paths, spec: string) => Command | Missing
}

/** The workloads at which peers are measured. */
export const trainedAndKernels: readonly Kind[] = [
  'article',
  'mlp',
  'cnn',
  'lstm',
  'transformer',
  'matmul',
  'elementwise',
  'reduction',
  'memory',
]

/** The contestants on the processor, in the order of the tables. */
export const roster: readonly Contestant[] = [
  ...onBoth('gradus-cpu', 'Gradus, cpu backend', (node) => gradus(node, 'cpu', 1)),
  ...onBoth('gradus-wasm', 'Gradus, wasm backend, 1 thread', (node) => gradus(node, 'wasm', 1)),
  ...onBoth('gradus-wasm-2', 'Gradus, wasm backend, 2 threads', (node) => gradus(node, 'wasm', 2)),
  ...onBoth('hand-written', 'the article in one JavaScript function', (node) => ({
    kinds: ['article'],
    command: script(node, 'hand-written', []),
  })),
  tfjs('tfjs-cpu', 'TensorFlow.js, cpu backend', 'cpu', 1),
  tfjs('tfjs-wasm', 'TensorFlow.js, wasm backend, 1 thread', 'wasm', 1),
  tfjs('tfjs-wasm-2', 'TensorFlow.js, wasm backend, 2 threads', 'wasm', 2),
  jax('jax-js', 'jax-js, wasm, 1 thread', 1),
  jax('jax-js-2', 'jax-js, wasm, 2 threads', 2),
  {
    id: 'brain',
    title: 'brain.js',
    peers: true,
    kinds: ['article'],
    command: script('node', 'brain', []),
    startUp: starting('node', 'start-up-brain', []),
  },
  torch('torch', 'PyTorch, eager, 1 thread', 1),
  torch('torch-2', 'PyTorch, eager, 2 threads', 2),
  ...onBoth('ceiling', 'one thread of wasm SIMD at most', (node) => ({
    kinds: ['matmul', 'elementwise'],
    command: script(node, 'ceilings', []),
  })),
]

export type Node = 'node' | 'newerNode'

/** A contestant on the Node of the harness, and on a newer one that has relaxed SIMD. */
function onBoth(id: string, title: string, make: (node: Node) => Omit<Contestant, 'id' | 'title'>): Contestant[] {
  return [
    { id, title, ...make('node') },
    { id: `${id}@24`, title: `${title}, Node 24`, peers: true, ...make('newerNode') },
  ]
}

function gradus(node: Node, backend: string, threads: number): Omit<Contestant, 'id' | 'title'> {
  const args = [backend, String(threads)]
  return { command: script(node, 'gradus', args), startUp: starting(node, 'start-up-gradus', args) }
}

function tfjs(id: string, title: string, backend: string, threads: number): Contestant {
  const args = [backend, String(threads)]
  return {
    id,
    title,
    peers: true,
    kinds: trainedAndKernels,
    command: script('node', 'tfjs', args),
    startUp: starting('node', 'start-up-tfjs', args),
  }
}

function jax(id: string, title: string, threads: number): Contestant {
  return {
    id,
    title,
    peers: true,
    kinds: trainedAndKernels,
    command: script('newerNode', 'jax-js', ['wasm', String(threads)]),
    startUp: starting('newerNode', 'start-up-jax-js', ['wasm', String(threads)]),
  }
}

export function python(args: readonly string[], env?: Command['env']): Contestant['command'] {
  return ({ python: file, torch: folder }) =>
    typeof file === 'string' ? { file, args: ['-B', `${folder}/main.py`, ...args], ...(env && { env }) } : file
}

function torch(id: string, title: string, threads: number): Contestant {
  const args = ['cpu', String(threads)]
  return {
    id,
    title,
    kinds: trainedAndKernels,
    command: python(args, threadsOf(threads)),
    startUp: (paths, spec) => python([...args, spec], threadsOf(threads))(paths),
  }
}

/** Variables for the library that multiplies matrices; PyTorch gets the number as an argument. */
function threadsOf(threads: number): Readonly<Record<string, string>> {
  return { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) }
}

export function script(node: Node, name: string, args: readonly string[]): Contestant['command'] {
  return (paths) => {
    const [file, bundle] = [paths[node], paths.bundle(name)]
    if (typeof file !== 'string') return file
    if (typeof bundle !== 'string') return bundle
    return { file, args: ['--expose-gc', bundle, ...args] }
  }
}

function starting(node: Node, name: string, args: readonly string[]): NonNullable<Contestant['startUp']> {
  return (paths, spec) => script(node, name, [...args, spec])(paths)
}
