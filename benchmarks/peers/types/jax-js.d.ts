// The used types of jax-js, so that types can be checked without the installed peers.

declare module '@jax-js/jax' {
  type Axis = number | number[] | null
  type Value = Array | number
  type Index = number | [] | [number, number]

  /** Every use consumes it, except through `ref`. */
  export class Array {
    readonly shape: number[]
    readonly ref: this
    add(other: Value): this
    sub(other: Value): this
    mul(other: Value): this
    div(other: Value): this
    neg(): this
    reshape(shape: number[]): this
    transpose(axes: number[]): this
    slice(...index: Index[]): this
    sum(axis?: Axis, options?: { readonly keepdims?: boolean }): this
    mean(axis?: Axis, options?: { readonly keepdims?: boolean }): this
    astype(dtype: string): this
    data(): Promise<Float32Array>
    blockUntilReady(): Promise<Array>
    dispose(): void
  }
  export function init(device: string): Promise<string[]>
  export function defaultDevice(device: string): string
  export function jit<A extends readonly unknown[], R>(f: (...args: A) => R): ((...args: A) => R) & { dispose(): void }
  export function valueAndGrad<A extends readonly unknown[]>(
    f: (...args: A) => [value: Array, aux: Array],
    options: { readonly hasAux: true },
  ): (...args: A) => [[value: Array, aux: Array], gradient: A[0]]
  export namespace numpy {
    const float32: string
    const int32: string
    function array(values: Float32Array | Int32Array | number, options?: { readonly dtype?: string }): Array
    function zeros(shape: readonly number[]): Array
    function matmul(a: Array, b: Array): Array
    function max(a: Array): Array
    function maximum(a: Array, b: Value): Array
    function minimum(a: Array, b: Value): Array
    function absolute(a: Array): Array
    function clip(a: Array, low: number, high: number): Array
    function exp(a: Array): Array
    function log(a: Array): Array
    function sqrt(a: Array): Array
    function square(a: Array): Array
    function tanh(a: Array): Array
    function take(a: Array, indices: Array, axis: number): Array
    function argmax(a: Array, axis: number): Array
    function equal(a: Array, b: Array): Array
  }
  export namespace nn {
    function relu(x: Array): Array
    function sigmoid(x: Array): Array
    function gelu(x: Array, options: { readonly approximate: boolean }): Array
    function softmax(x: Array, axis: number): Array
    function logSoftmax(x: Array, axis: number): Array
    function oneHot(x: Array, classes: number): Array
  }
  export namespace lax {
    function conv(x: Array, kernel: Array, strides: number[], padding: 'VALID'): Array
    function reduceWindow(x: Array, computation: (window: Array) => Array, size: number[], strides: number[]): Array
  }
  export namespace random {
    function key(seed: number): Array
    function split(key: Array): Array
    function bernoulli(key: Array, p: number, shape: number[]): Array
  }
}
