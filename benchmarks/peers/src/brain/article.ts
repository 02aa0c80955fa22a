import { createRequire } from 'node:module'
import type { Task } from '../../../src/shared/contestant.ts'
import { generate } from '../../../src/shared/generate.ts'
import type { ArticleSpec } from '../../../src/shared/spec.ts'

interface Sample {
  readonly input: readonly number[]
  readonly output: readonly number[]
}

interface TrainingOptions {
  readonly praxis: string
  readonly iterations: number
  readonly learningRate: number
  readonly errorThresh: number
}

/** The used parts of brain.js, which has no types and no ES module. */
interface NeuralNetwork {
  updateTrainingOptions(options: TrainingOptions): void
  verifyIsInitialized(data: readonly Sample[]): void
  train(data: readonly Sample[], options: TrainingOptions): void
  run(input: Sample['input']): readonly number[] | Float32Array
}

interface Brain {
  readonly NeuralNetwork: new (config: { hiddenLayers: readonly number[]; activation: string }) => NeuralNetwork
}

/** The part of the article's training that brain.js can do, as a whole, each time from new random weights. */
export function articleTask({ x, y, samples, inputs, hidden, classes, epochs, learningRate }: ArticleSpec): Task {
  const brain = createRequire(import.meta.url)('brain.js') as Brain
  const [ages, labels] = [generate(x), generate(y)]
  const data = Array.from({ length: samples }, (_, i) => ({
    input: [...ages.subarray(i * inputs, (i + 1) * inputs)],
    output: Array.from({ length: classes }, (_, j) => (j === labels[i] ? 1 : 0)),
  }))
  const options = { praxis: 'adam', iterations: epochs, learningRate, errorThresh: 1e-12 }

  function fresh(): NeuralNetwork {
    const network = new brain.NeuralNetwork({ hiddenLayers: hidden, activation: 'sigmoid' })
    network.updateTrainingOptions(options)
    network.verifyIsInitialized(data)
    return network
  }
  let network = fresh()
  return {
    run(count) {
      let ms = 0
      for (let i = 0; i < count; i++) {
        network = fresh()
        const start = performance.now()
        network.train(data, options)
        ms += performance.now() - start
      }
      return { ms }
    },
    probe() {
      let total = 0
      for (const { input, output } of data) {
        network.run(input).forEach((value, j) => (total += (value - output[j]!) ** 2))
      }
      return total / (samples * classes)
    },
    ownLoss: true,
    note: 'an update for every sample, sigmoids everywhere, mean squared error: it has no batches and no crossentropy',
  }
}
