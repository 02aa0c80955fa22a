import type { ArraySpec } from '../shared/spec.ts'

/** Makes specs of arrays, each with a separate stream of random numbers. */
export class Arrays {
  private seed = 0

  private next(): number {
    this.seed += 10 // a fill may use the following numbers, too
    return this.seed
  }

  constant(shape: readonly number[], value: number): ArraySpec {
    return { shape, dtype: 'float32', fill: { kind: 'constant', value } }
  }

  uniform(shape: readonly number[], low: number, high: number): ArraySpec {
    return { shape, dtype: 'float32', fill: { kind: 'uniform', low, high, seed: this.next() } }
  }

  integers(shape: readonly number[], below: number): ArraySpec {
    return { shape, dtype: 'int32', fill: { kind: 'integers', below, seed: this.next() } }
  }

  /** A kernel with Keras's default distribution; the last axis has the outputs, the one before it the inputs. */
  kernel(shape: readonly number[]): ArraySpec {
    const outputs = shape.at(-1)!
    const inputs = shape.at(-2)!
    const window = shape.slice(0, -2).reduce((a, b) => a * b, 1)
    const limit = Math.sqrt(6 / ((inputs + outputs) * window))
    return this.uniform(shape, -limit, limit)
  }

  /** Kernel and bias of a dense layer. */
  dense(inputs: number, outputs: number): ArraySpec[] {
    return [this.kernel([inputs, outputs]), this.constant([outputs], 0)]
  }

  /** Kernels and biases of dense layers on top of one another. */
  denseStack(widths: readonly number[]): ArraySpec[] {
    return widths.slice(1).flatMap((outputs, index) => this.dense(widths[index]!, outputs))
  }

  /** Scale and offset of a layer normalization. */
  normalization(width: number): ArraySpec[] {
    return [this.constant([width], 1), this.constant([width], 0)]
  }

  /** Inputs from 0 to 1 and classes that depend on the first of them, one in ten of them wrong. */
  classified(samples: number, inputs: number, classes: number): { x: ArraySpec; y: ArraySpec } {
    const x = this.uniform([samples, inputs], 0, 1)
    const seed = x.fill.kind === 'uniform' ? x.fill.seed : 0
    return {
      x,
      y: { shape: [samples], dtype: 'int32', fill: { kind: 'classes', classes, noise: 0.1, stride: inputs, seed } },
    }
  }
}
