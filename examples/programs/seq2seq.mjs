// Writes words backwards: an encoder and a decoder of LSTM layers, with attention of the decoder to the encoder.
// Data: generated words of 3 to 8 letters, 4000 to train, 400 to test.
// Time: 25 s for 20 epochs. Keras: 36 s.
// Accuracy of the letters of new words: 0.999; 397 of 400 words are right. Keras with the same settings: 0.9996 of the letters.
// Run: node examples/programs/seq2seq.mjs [epochs]
import { Attention, Concatenate, Dense, Embedding, input, LSTM, Model } from 'gradus'

const epochs = Number(process.argv[2] ?? 20)

// Words of 3 to 8 letters, and the same words backwards. 0 fills, 1 starts, 2 ends, 3 to 28 are the letters.
const length = 9
let seed = 1
const random = (n) => {
  seed = (seed * 48271) % 2147483647
  return seed % n
}
const word = () => Array.from({ length: 3 + random(6) }, () => 3 + random(26))
const padded = (tokens) => [...tokens, ...Array(length - tokens.length).fill(0)]
const samples = (count) => {
  const words = Array.from({ length: count }, word)
  return {
    source: words.map(padded),
    previous: words.map((w) => padded([1, ...w.toReversed()])),
    target: words.map((w) => padded([...w.toReversed(), 2])),
    weights: words.map((w) => Array.from({ length }, (_, step) => (step <= w.length ? 1 : 0))),
  }
}
const train = samples(4000)
const test = samples(400)

// The encoder reads the word, the decoder writes it backwards and looks at the steps of the encoder.
const encoderInputs = input({ shape: [length], dtype: 'int32', name: 'source' })
const encoderEmbedding = new Embedding({ inputDim: 29, outputDim: 32, maskZero: true }).call(encoderInputs)
const encoder = new LSTM({ units: 64, returnSequences: true, returnState: true })
const [encoded, ...states] = encoder.callAll(encoderEmbedding)

const decoderInputs = input({ shape: [length], dtype: 'int32', name: 'previous' })
const decoderEmbedding = new Embedding({ inputDim: 29, outputDim: 32, maskZero: true }).call(decoderInputs)
const decoded = new LSTM({ units: 64, returnSequences: true }).call(decoderEmbedding, { initialState: states })
const context = new Attention().call([decoded, encoded])
const joined = new Concatenate().call([decoded, context])
const outputs = new Dense({ units: 29, activation: 'softmax' }).call(joined)

const model = new Model({ inputs: [encoderInputs, decoderInputs], outputs, seed: 1 })
model.summary()
model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', weightedMetrics: ['accuracy'] })
await model.fit([train.source, train.previous], train.target, {
  batchSize: 64,
  epochs,
  sampleWeight: train.weights, // the filling does not count
  validationData: [[test.source, test.previous], test.target, test.weights],
  verbose: 2,
})

// Writes letter by letter: the most probable one comes next.
async function reversed(words) {
  const written = words.map(() => [1])
  for (let step = 0; step < length - 1; step++) {
    const probabilities = await model.predict([words, written.map(padded)])
    const rows = probabilities.array()
    for (const [i, tokens] of written.entries()) {
      const next = rows[i][step]
      tokens.push(next.indexOf(Math.max(...next)))
    }
  }
  return written.map((tokens) => tokens.slice(1))
}

const text = (tokens) => {
  const letters = tokens.slice(0, [...tokens, 2].indexOf(2))
  return String.fromCharCode(...letters.filter((token) => token > 2).map((token) => token + 94))
}
const written = await reversed(test.source)
const right = written.filter((tokens, i) => text(tokens) === text(test.target[i])).length
console.log(`${right} of ${written.length} new words are right`)
for (let i = 0; i < 3; i++) console.log(`${text(test.source[i])} -> ${text(written[i])}`)
