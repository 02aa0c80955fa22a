import type { CallbackModel, WeightValue } from '@gradus/core'

/** A model with one weight and no training, for tests that call callbacks with recorded figures. */
export class ScriptedModel implements CallbackModel {
  readonly name = 'scripted'
  stopTraining = false
  weight = 0
  /** The weight that each file holds. */
  readonly files: Record<string, number> = {}
  private rate = Math.fround(0.1)

  /** `metrics` are the compiled metrics with their directions. */
  constructor(private readonly metrics: Readonly<Record<string, 'up' | 'down'>> = {}) {}

  get learningRate(): number {
    return this.rate
  }

  set learningRate(rate: number) {
    this.rate = Math.fround(rate)
  }

  async getWeights(): Promise<WeightValue[]> {
    return [{ path: 'w', shape: [1], dtype: 'float32', trainable: true, data: Float32Array.of(this.weight) }]
  }

  async setWeights(weights: readonly WeightValue[]): Promise<void> {
    this.weight = weights[0]!.data[0]!
  }

  async save(path: string): Promise<void> {
    this.files[path] = this.weight
  }

  async restore(path: string): Promise<undefined> {
    this.weight = this.files[path]!
  }

  async saveWeights(path: string): Promise<void> {
    this.files[path] = this.weight
  }

  useAverages(): boolean {
    return false
  }

  metricDirection(key: string): 'up' | 'down' | undefined {
    return key === 'loss' ? 'down' : this.metrics[key]
  }
}
