// The spec of a workload, which the harness sends to contestants as JSON: sizes, initial weights and data.

/** Values of an array, as every contestant generates them (see `generate.ts` and `peers/torch/generate.py`). */
export type Fill =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number; readonly seed: number }
  | { readonly kind: 'integers'; readonly below: number; readonly seed: number }
  /** Class numbers that depend on the first of `stride` inputs of the same seed, some of them wrong. */
  | {
      readonly kind: 'classes'
      readonly classes: number
      readonly noise: number
      readonly stride: number
      readonly seed: number
    }

export interface ArraySpec {
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32'
  readonly fill: Fill
}

/** Sizes of the article's job: a small dense network, trained for whole epochs. */
export interface ArticleShape {
  readonly samples: number
  readonly inputs: number
  readonly hidden: readonly number[]
  readonly classes: number
  readonly epochs: number
  readonly batch: number
  readonly learningRate: number
  readonly shuffle: boolean
}

interface StepShape {
  readonly batch: number
  /** Different batches in the data. */
  readonly batches: number
  readonly learningRate: number
}

export interface MlpShape extends StepShape {
  readonly inputs: number
  readonly hidden: readonly number[]
  readonly classes: number
}

export interface CnnShape extends StepShape {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly filters: readonly number[]
  readonly kernel: number
  readonly pool: number
  readonly dropout: number
  readonly classes: number
}

export interface LstmShape extends StepShape {
  readonly steps: number
  readonly features: number
  readonly units: number
  readonly outputs: number
}

export interface TransformerShape extends StepShape {
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly context: number
  readonly vocabulary: number
  /** Width of the hidden layer of a block over that of the block. */
  readonly ratio: number
}

/** A model to train: its initial weights, in the order of its layers and with Keras's shapes, and its samples. */
interface Trained {
  readonly weights: readonly ArraySpec[]
  readonly x: ArraySpec
  readonly y: ArraySpec
}

export type ArticleSpec = Trained & { readonly kind: 'article' } & ArticleShape
export type MlpSpec = Trained & { readonly kind: 'mlp' } & MlpShape
export type CnnSpec = Trained & { readonly kind: 'cnn' } & CnnShape
export type LstmSpec = Trained & { readonly kind: 'lstm' } & LstmShape
export type TransformerSpec = Trained & { readonly kind: 'transformer' } & TransformerShape
export type TinySpec = Trained & { readonly kind: 'tiny' } & StepShape

export interface MatmulSpec {
  readonly kind: 'matmul'
  readonly size: number
  readonly a: ArraySpec
  readonly b: ArraySpec
}

export interface ElementwiseSpec {
  readonly kind: 'elementwise'
  readonly elements: number
  readonly chain: readonly ChainLink[]
  readonly x: ArraySpec
}

/** One op of the elementwise chain: with a number, or `abs`. */
export type ChainLink = readonly ['add' | 'mul' | 'max' | 'min', number] | readonly ['abs']

export interface ReductionSpec {
  readonly kind: 'reduction'
  readonly elements: number
  readonly x: ArraySpec
}

export const memoryOps = ['add', 'row-sums', 'column-sums', 'sum'] as const

/** An op limited by memory bandwidth: the sum of two matrices, or sums of the elements of one. */
export interface MemorySpec {
  readonly kind: 'memory'
  readonly op: (typeof memoryOps)[number]
  /** The least number of bytes that have to be read and written. */
  readonly bytes: number
  readonly x: ArraySpec
  readonly y: ArraySpec
}

export type StepSpec = MlpSpec | CnnSpec | LstmSpec | TransformerSpec
export type WorkloadSpec = ArticleSpec | StepSpec | TinySpec | MatmulSpec | ElementwiseSpec | ReductionSpec | MemorySpec
export type Kind = WorkloadSpec['kind']
