import { cpu, DataError, FormatError, layers, loadModel, Sequential, useBackend } from 'gradus'
import { beforeAll, describe, expect, it } from 'vitest'
import { recorded } from './testing/recorded.ts'
import { tfjsModel } from './tfjs-model.ts'
import { decodeWeights } from './weight-values.ts'

beforeAll(() => useBackend(cpu()))

const formats = [tfjsModel]
const saved = recorded.find(({ name }) => name === 'rms')!
const bytes = (text: string) => new TextEncoder().encode(text)

/** Loads the model with a changed manifest and files. */
const load = (change: (group: Record<string, unknown>) => object, files: Record<string, Uint8Array> = saved.files) => {
  const [group] = saved.model.weightsManifest
  const json = JSON.stringify({ ...saved.model, weightsManifest: [change({ ...group })] })
  return loadModel(bytes(json), { formats, files })
}
const withWeights = (map: (weight: Record<string, unknown>, index: number) => object | undefined) =>
  load((group) => ({ ...group, weights: (group['weights'] as Record<string, unknown>[]).map(map).filter(Boolean) }))

describe('damaged files are refused with the place', () => {
  it('files of weights that are missing, short or something else', async () => {
    await expect(load((group) => group, {})).rejects.toThrow("The file 'weights.bin' is not among the given files")
    await expect(load((group) => group, { 'weights.bin': bytes('1234567') })).rejects.toThrow(
      "The file './weights.bin' has 7 bytes, and the weights need 100.",
    )
    const html = bytes('<!DOCTYPE html><html></html>')
    await expect(load((group) => group, { 'weights.bin': html })).rejects.toThrow('They are an HTML page')
    const pointer = bytes('version https://git-lfs.github.com/spec/v1')
    await expect(load((group) => group, { 'weights.bin': pointer })).rejects.toThrow('run git lfs pull')
    await expect(loadModel(saved.json, { formats })).rejects.toThrow("Give it: { files: { 'weights.bin': bytes } }")
  })

  it('a file that is named twice, and JSON that is nested deeply', async () => {
    await expect(load((group) => ({ ...group, paths: ['weights.bin', 'weights.bin'] }))).rejects.toThrow(
      "The weightsManifest names the file 'weights.bin' twice",
    )
    const deep = bytes(`{"modelTopology":${'['.repeat(1000)}`)
    await expect(loadModel(deep, { formats })).rejects.toThrow('nested more than 256 deep')
  })

  it.each(['../../etc/passwd', '/etc/passwd', 'https://elsewhere.org/w.bin', 'file:///etc/passwd', 'a/../../b'])(
    'paths that climb: %s',
    async (path) => {
      await expect(load((group) => ({ ...group, paths: [path] }))).rejects.toThrow(DataError)
      await expect(load((group) => ({ ...group, paths: [path] }))).rejects.toThrow('not in its folder or below it')
    },
  )

  it.each([
    [{ shape: [null, 2] }, "The shape of weightsManifest[0].weights[0] ('dense_Dense9/kernel') is [null,2]"],
    [{ shape: [-1] }, 'is [-1]; expected a list of sizes'],
    [{ shape: [2 ** 30, 2 ** 20] }, 'a weight holds at most 268435456 numbers'],
    [{ shape: [3, 3] }, 'has 100 bytes, and the weights need 112'],
    [{ dtype: 'string' }, 'The dtype of weightsManifest[0].weights[0]'],
    [{ dtype: 'toString' }, 'The dtype of weightsManifest[0].weights[0]'],
    [{ name: 3 }, 'weightsManifest[0].weights[0] must be a weight with a name'],
    [{ quantization: { dtype: 'int4' } }, 'expected the dtype uint8, uint16 or float16'],
    [{ quantization: { dtype: 'uint8', scale: null, min: 0 } }, 'expected numbers for scale and min'],
  ])('weights: %j', async (change, message) => {
    const changed = withWeights((weight, index) => (index === 0 ? { ...weight, ...change } : weight))
    await expect(changed).rejects.toThrow(message)
  })

  it('weights of other layers', async () => {
    const renamed = withWeights((weight) => ({
      ...weight,
      name: String(weight['name']).replace('dense_Dense9', 'other'),
    }))
    await expect(renamed).rejects.toThrow(
      "The weights of the file do not fit the model: it has no weights for 'dense_Dense9.kernel', 'dense_Dense9.bias' of the model.",
    )
    const turned = withWeights((weight, index) => (index === 0 ? { ...weight, shape: [2, 3] } : weight))
    await expect(turned).rejects.toThrow("'dense_Dense9/kernel' has the shape [2,3], and 'dense_Dense9.kernel' [3,2]")
    const extra = withWeights((weight) => ({ ...weight, group: undefined }))
    await expect(extra).rejects.toThrow("the model has no place for 'iter'")
  })

  it('texts that are no model', async () => {
    await expect(loadModel(bytes('{"modelTopology": {'), { formats })).rejects.toThrow('The model.json is not JSON')
    await expect(loadModel(bytes('<!DOCTYPE html>'), { formats })).rejects.toThrow('it is an HTML page')
    await expect(loadModel({ modelTopology: { node: [] } }, { formats })).rejects.toThrow(
      'a graph model of TensorFlow.js',
    )
    await expect(loadModel({ ...saved.model }, { formats })).rejects.toThrow('whose weights are in other files')
    const { weightsManifest: _, ...rest } = saved.model
    await expect(loadModel({ ...rest, weightSpecs: [], weightData: {} }, { formats })).rejects.toThrow(
      'JSON.stringify does not keep an ArrayBuffer; store it as base64.',
    )
  })
})

describe('quantized weights', () => {
  const spec = { name: 'w', shape: [2], dtype: 'float32', ofOptimizer: false } as const
  const decoded = (dtype: 'uint8' | 'uint16' | 'float16', stored: Uint8Array) => [
    ...decodeWeights([{ ...spec, quantization: { dtype, scale: 0.5, min: -1 } }], stored, 'x')[0]!.data,
  ]

  it('become numbers', () => {
    expect(decoded('uint8', Uint8Array.of(0, 255))).toEqual([-1, 126.5])
    expect(decoded('uint16', new Uint8Array(Uint16Array.of(2, 65535).buffer))).toEqual([0, 32766.5])
    expect(decoded('float16', new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer))).toEqual([1, -2])
    const whole = { ...spec, dtype: 'int32', quantization: { dtype: 'uint8', scale: 0.4, min: 0 } } as const
    expect([...decodeWeights([whole], Uint8Array.of(1, 4), 'x')[0]!.data]).toEqual([0, 2])
  })
})

describe('models that TensorFlow.js cannot read are not written', () => {
  const save = (layer: object) => new Sequential([layer as never]).save('/nowhere/model.json', { formats })
  const { Dense, GRU, LSTM, RMSNormalization } = layers

  it.each([
    ['a layer', () => save(new RMSNormalization({ inputShape: [2] })), 'TensorFlow.js has no layer RMSNormalization'],
    [
      'an option',
      () => save(new GRU({ units: 2, inputShape: [2, 2] })),
      'TensorFlow.js has no GRU with resetAfter: true',
    ],
    [
      'a meaning',
      () => save(new LSTM({ units: 2, inputShape: [2, 2], recurrentActivation: 'hardSigmoid' })),
      'The hard sigmoid of TensorFlow.js has the slope 0.2',
    ],
    [
      'an activation',
      () => save(new Dense({ units: 1, inputShape: [2], activation: 'celu' })),
      'TensorFlow.js has no activation celu',
    ],
    [
      'an optimizer',
      () => {
        const model = new Sequential([new Dense({ units: 1, inputShape: [2] })])
        model.compile({ optimizer: 'adamw', loss: 'mse' })
        return model.save('/nowhere/model.json', { formats })
      },
      'TensorFlow.js has no optimizer AdamW',
    ],
    [
      'weights alone',
      () => new Sequential([new Dense({ units: 1, inputShape: [2] })]).saveWeights('/nowhere/model.json', { formats }),
      'holds a whole model, and there are weights only',
    ],
  ])('%s', async (_, write, message) => {
    await expect(write()).rejects.toThrow(FormatError)
    await expect(write()).rejects.toThrow(message)
  })
})
