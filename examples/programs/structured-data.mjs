// Tells metals from other elements by a table. Every layer of preprocessing is in the model: strings in, prediction out.
// Data: 89 chemical elements; 67 to train, 22 to test.
// Time: 2 s for 60 epochs. Keras: 10 to 15 s.
// Accuracy on the test elements: 0.955. Keras, for the same features: 0.955 with two seeds.
// Run: node examples/programs/structured-data.mjs [epochs]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CategoryEncoding,
  Concatenate,
  Dense,
  Discretization,
  Dropout,
  HashedCrossing,
  Hashing,
  IntegerLookup,
  input,
  loadModel,
  Model,
  Normalization,
  readCsv,
  StringLookup,
} from 'gradus'

const epochs = Number(process.argv[2] ?? 60)

const table = await readCsv(`${import.meta.dirname}/data/elements.csv`, {
  columns: {
    period: 'integer',
    group: 'integer', // 0 for the lanthanides and actinides
    block: 'string',
    phase: 'string',
    mass: 'number',
    electronegativity: 'number', // 0 where none is known
    metal: 'integer',
  },
})
const features = ['period', 'group', 'block', 'phase', 'mass', 'electronegativity']
const rows = table.rows()
const columnsOf = (rows) => Object.fromEntries(features.map((name) => [name, rows.map((row) => [row[name]])]))
const labelsOf = (rows) => rows.map(({ metal }) => metal)
const train = rows.filter((_, i) => i % 4 !== 3)
const test = rows.filter((_, i) => i % 4 === 3)
const x = columnsOf(train)

// Every layer of preprocessing is part of the model. Four of them learn from the data first.
const block = input({ shape: [1], dtype: 'string', name: 'block' })
const phase = input({ shape: [1], dtype: 'string', name: 'phase' })
const group = input({ shape: [1], dtype: 'int32', name: 'group' })
const period = input({ shape: [1], dtype: 'int32', name: 'period' })
const mass = input({ shape: [1], name: 'mass' })
const electronegativity = input({ shape: [1], name: 'electronegativity' })

const blocks = new StringLookup({ outputMode: 'oneHot' })
await blocks.adapt(x.block)
const groups = new IntegerLookup({ outputMode: 'oneHot' })
await groups.adapt(x.group)
const masses = new Normalization()
await masses.adapt(x.mass)
const bins = new Discretization({ numBins: 6, outputMode: 'oneHot' })
await bins.adapt(x.electronegativity)

const encoded = new Concatenate().call([
  blocks.call(block),
  new Hashing({ numBins: 8, outputMode: 'oneHot' }).call(phase),
  groups.call(group),
  new CategoryEncoding({ numTokens: 8, outputMode: 'oneHot' }).call(period),
  new HashedCrossing({ numBins: 32, outputMode: 'oneHot' }).call([block, period]),
  masses.call(mass),
  bins.call(electronegativity),
])
let h = new Dense({ units: 16, activation: 'relu' }).call(encoded)
h = new Dropout({ rate: 0.3 }).call(h)
const outputs = new Dense({ units: 1, activation: 'sigmoid' }).call(h)
const model = new Model({ inputs: { period, group, block, phase, mass, electronegativity }, outputs, seed: 1 })

model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] })
await model.fit(x, labelsOf(train), { batchSize: 8, epochs, verbose: 0 })
const { accuracy, loss } = await model.evaluate(columnsOf(test), labelsOf(test), { verbose: 0 })
console.log(`${test.length} elements that it has not seen: accuracy ${accuracy.toFixed(3)}, loss ${loss.toFixed(3)}`)

// One file holds vocabularies, moments, boundaries and weights.
const folder = mkdtempSync(join(tmpdir(), 'elements-'))
await model.save(join(folder, 'elements.safetensors'))
const loaded = await loadModel(join(folder, 'elements.safetensors'))
rmSync(folder, { recursive: true })

const sample = { period: 5, group: 11, block: 'd', phase: 'solid', mass: 107.87, electronegativity: 1.93 } // silver
const inputs = Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, [[value]]]))
const probability = await loaded.predict(inputs)
console.log(`Silver is a metal with a probability of ${(100 * probability.item()).toFixed(1)} percent.`)
