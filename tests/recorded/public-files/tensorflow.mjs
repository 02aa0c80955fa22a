import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readTensors, writeTensors } from './tensors.mjs'

/** Installs TensorFlow.js in a folder, unless it is there, and returns it. */
export async function tensorflow(folder, version) {
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const packages = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']
  if (!packages.every((name) => existsSync(join(folder, 'node_modules', name)))) {
    const wanted = packages.map((name) => `${name}@${version}`)
    execFileSync('npm', ['install', '--silent', '--no-audit', ...wanted], { cwd: folder })
  }
  const warn = console.warn
  console.warn = () => {}
  const require = createRequire(join(folder, 'package.json'))
  const tf = require(packages[0])
  require(packages[1])
  console.warn = warn
  return tf
}

/** Runs work on the fast backend, and where that fails on the complete one. */
async function onBackend(tf, work) {
  try {
    await tf.setBackend('wasm')
    return await work()
  } catch {
    await tf.setBackend('cpu')
    return work()
  }
}

function open(tf, file) {
  const load = async () => {
    const { weightsManifest, ...artifacts } = JSON.parse(readFileSync(file, 'utf8'))
    const parts = weightsManifest.flatMap(({ paths }) => paths.map((path) => readFileSync(join(dirname(file), path))))
    const bytes = new Uint8Array(Buffer.concat(parts))
    return { ...artifacts, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData: bytes.buffer }
  }
  return tf.loadLayersModel({ load })
}

const sizes = [32, 128, 224]

/** Predicts random inputs with a model. They are written to a folder, with the predictions. */
export function recordWithTensorflow(tf, job) {
  return onBackend(tf, () => record(tf, job))
}

async function record(tf, { file, folder, samples }) {
  const model = await open(tf, file)
  const rows = model.inputs.map(({ name }) => rowsFor(model, name))
  for (const size of sizes) {
    const inputs = model.inputs.map(({ shape }, index) => {
      const dims = [samples, ...shape.slice(1).map((given) => given ?? size)]
      const top = rows[index]
      return top === undefined ? waves(tf, dims) : tf.randomUniform(dims, 0, top, 'int32', 7 + index).toFloat()
    })
    try {
      const outputs = predict(model, inputs)
      writeTensors(folder, { x: inputs.map(hostOf), y: outputs.map(hostOf) })
      return { layers: countLayers(model), parameters: model.countParams() }
    } catch (error) {
      if (size === sizes.at(-1)) throw error
    }
  }
}

/** Smooth signals with a little noise, another one for each sample: noise alone drives many networks into saturation. */
function waves(tf, dims) {
  const size = dims.slice(1).reduce((product, dimension) => product * dimension, 1)
  const values = tf.randomUniform([dims[0] * size], 0, 0.1, 'float32', 7).dataSync()
  values.forEach((noise, index) => {
    const sample = Math.floor(index / size) + 1
    values[index] = noise + 0.5 + 0.4 * Math.sin((index % size) * (0.013 * sample) + sample)
  })
  return tf.tensor(values, dims)
}

/** The number of rows of the table that an input looks up, if it does. */
function rowsFor(model, name) {
  const table = model.layers.find((layer) => layer.getClassName() === 'Embedding' && layer.input.name === name)
  return table?.inputDim
}

function countLayers(model) {
  return model.layers.reduce((sum, layer) => sum + (layer.layers ? countLayers(layer) : 1), 0)
}

function predict(model, inputs) {
  const outputs = model.predict(inputs.length === 1 ? inputs[0] : inputs, { batchSize: model.inputs[0].shape[0] ?? 1 })
  return Array.isArray(outputs) ? outputs : [outputs]
}

const hostOf = (tensor) => ({ shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) })

/** Opens a model that Gradus wrote. Returns the greatest difference to the predictions of Gradus in the folder. */
export function checkWithTensorflow(tf, job) {
  return onBackend(tf, () => check(tf, job))
}

async function check(tf, { file, folder, expected }) {
  const model = await open(tf, file)
  const inputs = readTensors(folder, 'x').map(({ shape, data }) => tf.tensor(data, shape))
  const outputs = predict(model, inputs).map(hostOf)
  return distance(outputs, readTensors(folder, expected))
}

/** Compares the weights of two models, by place. Returns undefined if they have the same names and bits, or what differs. */
export async function compareWeights(tf, first, second) {
  const [a, b] = [(await open(tf, first)).weights, (await open(tf, second)).weights]
  if (a.length !== b.length) return `${a.length} weights became ${b.length}`
  for (const [index, weight] of a.entries()) {
    const [before, after] = [weight, b[index]].map((one) => one.read())
    if (weight.originalName !== b[index].originalName) return `${weight.originalName} became ${b[index].originalName}`
    if (`${before.shape}` !== `${after.shape}`) return `${weight.originalName} has another shape`
    const [bits, others] = [before, after].map((one) => Buffer.from(Float32Array.from(one.dataSync()).buffer))
    if (!bits.equals(others)) return `${weight.originalName} has other values`
  }
  return undefined
}

function distance(found, expected) {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  let most = 0
  found.forEach(({ shape, data }, output) => {
    const other = expected[output]
    if (`${shape}` !== `${other.shape}`) most = Number.POSITIVE_INFINITY
    const largest = Math.max(
      1,
      other.data.reduce((top, value) => Math.max(top, Math.abs(value)), 0),
    )
    data.forEach((value, index) => {
      most = Math.max(most, Math.abs(value - other.data[index]) / largest)
    })
  })
  return most
}
