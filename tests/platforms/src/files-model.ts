// The model that the program of files loads and saves.
import { useKerasFiles } from '@gradus/keras-files'
import { useTfjsFiles } from '@gradus/tfjs-files'
import { cpu, Dense, type Model, Sequential, useBackend } from 'gradus'

/** The files of the model in each format: the one that is loaded, and those beside it. */
export const formats: Readonly<Record<string, readonly string[]>> = {
  safetensors: ['digits.safetensors'],
  keras: ['digits.keras'],
  weights: ['digits.weights.h5'],
  h5: ['digits.h5'],
  tfjs: ['digits.json', 'shards/1.bin', 'shards/2.bin'],
}

const input = [Array.from({ length: 64 }, (_, i) => Math.sin(i))]

/** The model, without training. */
export function newModel(): Sequential {
  const layers = [new Dense({ units: 256, activation: 'relu', inputShape: [64] }), new Dense({ units: 3 })]
  const model = new Sequential(layers, { seed: 1 })
  model.compile({ optimizer: 'adam', loss: 'mse' })
  return model
}

/** The model after two steps of training, so that files have the state of the optimizer. */
export async function trainedModel(): Promise<Sequential> {
  useKerasFiles()
  useTfjsFiles()
  await useBackend(cpu())
  const model = newModel()
  await model.fit(input, [[1, 2, 3]], { epochs: 2, verbose: 0 })
  return model
}

/** Returns the predictions of a model as text. */
export async function prediction(model: Pick<Model, 'predict'>): Promise<string> {
  return JSON.stringify((await model.predict(input)).array())
}

/** Saves the model, or its weights alone where the format holds no more. */
export function saveAs(model: Sequential, target: string, format: string): Promise<void> {
  return format === 'weights' ? model.saveWeights(target) : model.save(target)
}
