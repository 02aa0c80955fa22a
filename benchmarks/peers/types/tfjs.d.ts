// The used types of TensorFlow.js, so that types can be checked without the installed peers.

declare module '@tensorflow/tfjs-core' {
  export interface Tensor {
    readonly shape: number[]
    data(): Promise<Float32Array | Int32Array>
    dispose(): void
  }
  export type Scalar = Tensor
  export function setBackend(name: string): Promise<boolean>
  export function ready(): Promise<void>
  export function env(): { set(flag: string, value: boolean): void }
  export function tensor(data: Float32Array | Int32Array, shape: readonly number[], dtype: 'float32' | 'int32'): Tensor
  export function tidy<T>(body: () => T): T
  export function add(a: Tensor, b: Tensor | number): Tensor
  export function mul(a: Tensor, b: Tensor | number): Tensor
  export function maximum(a: Tensor, b: Tensor | number): Tensor
  export function minimum(a: Tensor, b: Tensor | number): Tensor
  export function abs(a: Tensor): Tensor
  export function cast(a: Tensor, dtype: 'float32' | 'int32'): Tensor
  export function matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor
  export function oneHot(indices: Tensor, depth: number): Tensor
  export function reshape(x: Tensor, shape: readonly number[]): Tensor
  export function slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor
  export function softmax(x: Tensor): Tensor
  export function sum(x: Tensor, axis?: number): Tensor
  export function tanh(x: Tensor): Tensor
  export function transpose(x: Tensor, order: readonly number[]): Tensor
  export function zeros(shape: readonly number[]): Tensor
  export const losses: { softmaxCrossEntropy(oneHot: Tensor, logits: Tensor): Tensor }
  export const train: { adam(learningRate: number, beta1: number, beta2: number, epsilon: number): Optimizer }
  export interface Optimizer {
    dispose(): void
  }
  export const version_core: string
}

declare module '@tensorflow/tfjs-backend-cpu' {}

declare module '@tensorflow/tfjs-backend-webgpu' {}

declare module '@tensorflow/tfjs-backend-wasm' {
  export function setWasmPaths(folder: string): void
  export function setThreadsCount(threads: number): void
  export function getThreadsCount(): number
}

declare module '@tensorflow/tfjs-layers' {
  import type { Optimizer, Tensor } from '@tensorflow/tfjs-core'

  export interface SymbolicTensor {
    readonly shape: (number | null)[]
  }
  type Shape = readonly (number | null)[]
  export interface LayerVariable {
    read(): Tensor
  }
  export interface History {
    readonly history: { readonly [figure: string]: number[] }
  }
  interface CompileArgs {
    readonly optimizer: Optimizer
    readonly loss: string | ((target: Tensor, prediction: Tensor) => Tensor)
    readonly metrics?: readonly string[]
  }
  interface FitArgs {
    readonly batchSize: number
    readonly epochs: number
    readonly shuffle: boolean
    readonly verbose: 0
    readonly yieldEvery: 'never'
  }
  export interface LayersModel {
    readonly weights: readonly { readonly name: string; readonly shape: Shape }[]
    compile(args: CompileArgs): void
    fit(x: Tensor, y: Tensor, args: FitArgs): Promise<History>
    trainOnBatch(x: Tensor, y: Tensor): Promise<number | number[]>
    evaluate(x: Tensor, y: Tensor, args: { readonly batchSize: number; readonly verbose: 0 }): Tensor | Tensor[]
    setWeights(weights: Tensor[]): void
    dispose(): void
  }
  interface LayerArgs {
    readonly name?: string
    readonly inputShape?: Shape
    readonly dtype?: 'float32' | 'int32'
  }
  type Options = LayerArgs & { readonly [option: string]: unknown }
  export namespace layers {
    class Layer {
      constructor(args: LayerArgs)
      built: boolean
      build(inputShape: Shape): void
      call(inputs: Tensor | Tensor[], kwargs: object): Tensor
      computeOutputShape(inputShape: Shape): Shape
      apply(inputs: SymbolicTensor | SymbolicTensor[]): SymbolicTensor
      protected addWeight(name: string, shape: Shape, dtype: 'float32', initializer: object): LayerVariable
    }
    function dense(options: Options): Layer
    function conv2d(options: Options): Layer
    function maxPooling2d(options: Options): Layer
    function dropout(options: Options): Layer
    function flatten(): Layer
    function lstm(options: Options): Layer
    function embedding(options: Options): Layer
    function layerNormalization(options: Options): Layer
    function add(): Layer
  }
  export namespace initializers {
    function zeros(): object
  }
  export function sequential(config: { readonly layers: readonly layers.Layer[] }): LayersModel
  export function model(config: { readonly inputs: SymbolicTensor; readonly outputs: SymbolicTensor }): LayersModel
  export function input(config: { readonly shape: Shape; readonly dtype?: 'int32' | 'float32' }): SymbolicTensor
  export namespace serialization {
    function registerClass(type: object): void
  }
}
