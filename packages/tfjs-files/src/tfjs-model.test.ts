import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu, loadModel, type Model, useBackend } from 'gradus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesOf, recorded } from './testing/recorded.ts'
import { tfjsModel } from './tfjs-model.ts'

let folder: string
const formats = [tfjsModel]

beforeAll(async () => {
  await useBackend(cpu())
  folder = await mkdtemp(join(tmpdir(), 'gradus-tfjs-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Case = (typeof recorded)[number]

async function expectOutputs(model: Model, { inputs, outputs }: Case) {
  const given = inputs()
  const found: unknown = await model.predictAll((given.length === 1 ? given[0] : given) as never)
  const list = (Array.isArray(found) ? found : [found]) as { data(): Promise<ArrayLike<number>> }[]
  expect(list.length).toBe(outputs.length)
  for (const [index, output] of list.entries()) {
    const values = await output.data()
    outputs[index]!.forEach((expected, at) => expect(values[at]).toBeCloseTo(expected, 5))
  }
}

describe('models that TensorFlow.js saved', () => {
  it.each(recorded)('$name: is read, and written as it was', async (saved) => {
    const model = await loadModel(saved.json, { formats, files: saved.files })
    await expectOutputs(model, saved)
    const path = join(folder, saved.name, 'model.json')
    await model.save(path, { formats })
    await expectOutputs(await loadModel(path, { formats }), saved)
    const written = JSON.parse(await readFile(path, 'utf8')) as Case['model']
    const names = ({ weightsManifest }: Case['model']) => weightsManifest[0]!.weights.map(({ name }) => name).sort()
    const [before, after] = [names(saved.model), names(written)]
    // left out: what TensorFlow.js keeps for weights that are not trained, and the count of an optimizer that made no step
    expect(before).toEqual(expect.arrayContaining(after))
    const lost = before.filter((name) => !after.includes(name))
    expect(lost.filter((name) => name !== 'iter' && !/^conv2d.*accumulator$/.test(name))).toEqual([])
    expect(written['trainingConfig']).toEqual(saved.model['trainingConfig'])
  })

  it('may have names of layers with slashes', async () => {
    const dense = (name: string, more: object = {}) => ({
      class_name: 'Dense',
      config: { name, units: 1, use_bias: false, ...more },
    })
    const layers = [dense('a', { batch_input_shape: [null, 1] }), dense('a/b'), dense('a/b/c')]
    const weight = (name: string) => ({ name: `${name}/kernel`, shape: [1, 1], dtype: 'float32' })
    const model = await loadModel(
      {
        modelTopology: { class_name: 'Sequential', config: { name: 's', layers } },
        weightSpecs: ['a/b/c', 'a', 'a/b'].map(weight),
        weightData: Float32Array.of(5, 2, 3),
      },
      { formats },
    )
    expect((await model.getWeights()).map(({ data }) => data[0])).toEqual([2, 3, 5])
  })

  it('train on', async () => {
    const saved = recorded.find(({ name }) => name === 'mlp')!
    const model = await loadModel(saved.json, { formats, files: saved.files })
    const labels = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]
    const { loss } = await model.trainOnBatch(saved.inputs()[0]!, labels)
    expect(Number.isFinite(loss)).toBe(true)
  })

  it('lie beside their weights, which are replaced with them', async () => {
    const [saved] = recorded
    const at = join(folder, 'twice')
    const model = await loadModel(saved!.json, { formats, files: saved!.files })
    await model.save(join(at, 'model.json'), { formats })
    await writeFile(join(at, 'notes.bin'), '')
    await model.setWeights((await model.getWeights()).map((weight) => ({ ...weight, data: weight.data.map(() => 1) })))
    await model.save(join(at, 'model.json'), { formats })
    const files = (await readdir(at)).sort()
    expect(files).toEqual([expect.stringMatching(/^model\.[0-9a-f]{8}\.bin$/), 'model.json', 'notes.bin'])
    const [weight] = await (await loadModel(join(at, 'model.json'), { formats })).getWeights()
    expect([...weight!.data].every((value) => value === 1)).toBe(true)
  })

  it('are read without the option formats, from a path and from an address', async () => {
    const saved = recorded.find(({ name }) => name === 'rms')!
    const at = join(folder, 'served')
    await mkdir(at)
    await writeFile(join(at, 'model.json'), saved.json)
    await writeFile(join(at, 'weights.bin'), saved.files['weights.bin'])
    await expectOutputs(await loadModel(join(at, 'model.json')), saved)
    const asked: string[] = []
    const server = createServer(async (request, response) => {
      asked.push(request.url!)
      const name = request.url!.replace(/^\/m\/|\?.*$/g, '')
      response.end(name === 'model.json' ? saved.json : saved.files['weights.bin'])
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as AddressInfo
    await expectOutputs(await loadModel(`http://127.0.0.1:${port}/m/model.json?key=1`), saved)
    server.close()
    expect(asked).toEqual(['/m/model.json?key=1', '/m/weights.bin?key=1'])
  })

  it('are read from artifacts, and from artifacts as JSON', async () => {
    const saved = recorded.find(({ name }) => name === 'rms')!
    const { weightsManifest, ...artifacts } = saved.model
    const weightSpecs = weightsManifest[0]!.weights
    const weightData = saved.files['weights.bin'].buffer
    await expectOutputs(await loadModel({ ...artifacts, weightSpecs, weightData }, { formats }), saved)
    await expectOutputs(await loadModel({ ...artifacts, weightSpecs, weightData: [weightData] }, { formats }), saved)
    const base64 = Buffer.from(weightData).toString('base64')
    for (const data of [base64, [...bytesOf(base64)]]) {
      const json = JSON.stringify({ ...artifacts, weightSpecs, weightData: data })
      await expectOutputs(await loadModel(new TextEncoder().encode(json), { formats }), saved)
    }
  })

  it('give their weights to another model', async () => {
    const saved = recorded.find(({ name }) => name === 'rms')!
    const model = await loadModel(saved.json, { formats, files: saved.files })
    const other = await loadModel(await model.toBytes())
    await other.setWeights((await model.getWeights()).map((weight) => ({ ...weight, data: weight.data.map(() => 0) })))
    await other.loadWeights(saved.json, { formats, files: [new File([saved.files['weights.bin']], 'weights.bin')] })
    await expectOutputs(other, saved)
  })
})
