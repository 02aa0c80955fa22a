import { type Tensor, tensor } from '@gradus/tensor'
import models from '../recorded/tfjs-models.json' with { type: 'json' }

interface Values {
  readonly shape: readonly number[]
  readonly data: string
}

/** Bytes from a text in base64. */
export const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

const floats = ({ data }: Values) => new Float32Array(bytesOf(data).buffer)

/** Models that TensorFlow.js saved, with inputs and its predictions. */
export const recorded = models.cases.map(({ name, model, weights, inputs, outputs }) => ({
  name,
  model: model as Record<string, unknown> & { weightsManifest: { weights: { name: string }[] }[] },
  json: new TextEncoder().encode(JSON.stringify(model)),
  files: { 'weights.bin': bytesOf(weights) },
  inputs: (): Tensor[] => inputs.map((value) => tensor(floats(value), { shape: value.shape })),
  outputs: outputs.map((value) => [...floats(value)]),
}))
